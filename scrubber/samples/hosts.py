"""Who is in the sample profiles."""

TARGET = "labs.openai.com"
PICTURES = "openailabsprodscus.blob.core.windows.net"
LOOK_ALIKE = "labs.openai.com.evil.example"
SHOP = "shop.example"
NEWS = "news.example.org"
THIRD = "widget.example.net"

OTHERS = (SHOP, NEWS, LOOK_ALIKE)
"""Sites whose entries must all stay."""
