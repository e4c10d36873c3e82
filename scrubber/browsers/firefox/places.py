"""Where Firefox and its relatives keep their profiles.

Source: toolkit/xre/nsXREDirProvider.cpp. A new installation on Linux takes the XDG folder; the one before it
stays where it was. A separate cache folder repeats the profile's path below the place.
"""

from __future__ import annotations

from scrubber.browsers.base import Place

FIREFOX = (
    Place("linux", "{config}/mozilla/firefox", "{cache}/mozilla/firefox"),
    Place("linux", "{home}/.mozilla/firefox", "{cache}/mozilla/firefox"),
    Place(
        "linux",
        "{home}/snap/firefox/common/.config/mozilla/firefox",
        "{home}/snap/firefox/common/.cache/mozilla/firefox",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/snap/firefox/common/.mozilla/firefox",
        "{home}/snap/firefox/common/.cache/mozilla/firefox",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/.var/app/org.mozilla.firefox/config/mozilla/firefox",
        "{home}/.var/app/org.mozilla.firefox/cache/mozilla/firefox",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/org.mozilla.firefox/.mozilla/firefox",
        "{home}/.var/app/org.mozilla.firefox/cache/mozilla/firefox",
        package="flatpak",
    ),
    Place("macos", "{support}/Firefox", "{caches}/Firefox"),
    Place("windows", "{roaming}/Mozilla/Firefox", "{local}/Mozilla/Firefox"),
    Place(
        "windows",
        "{local}/Packages/Mozilla.*/LocalCache/Roaming/Mozilla/Firefox",
        "{local}/Packages/Mozilla.*/LocalCache/Local/Mozilla/Firefox",
        package="msstore",
    ),
)
FIREFOX_EXECUTABLES = ("firefox", "firefox-esr", "firefox-bin", "firefox.exe")

LIBREWOLF = (
    Place("linux", "{config}/librewolf/librewolf", "{cache}/librewolf"),
    Place("linux", "{home}/.librewolf", "{cache}/librewolf"),
    Place(
        "linux",
        "{home}/.var/app/io.gitlab.librewolf-community/config/librewolf/librewolf",
        "{home}/.var/app/io.gitlab.librewolf-community/cache/librewolf",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/io.gitlab.librewolf-community/.librewolf",
        "{home}/.var/app/io.gitlab.librewolf-community/cache/librewolf",
        package="flatpak",
    ),
    Place("macos", "{support}/librewolf", "{caches}/librewolf"),
    Place("windows", "{roaming}/librewolf", "{local}/librewolf"),
    Place(
        "windows",
        "{local}/Packages/*LibreWolf*/LocalCache/Roaming/librewolf",
        "{local}/Packages/*LibreWolf*/LocalCache/Local/librewolf",
        package="msstore",
    ),
)
LIBREWOLF_EXECUTABLES = ("librewolf", "librewolf-bin", "librewolf.exe")

WATERFOX = (
    Place("linux", "{config}/waterfox", "{cache}/waterfox"),
    Place("linux", "{home}/.waterfox", "{cache}/waterfox"),
    Place(
        "linux",
        "{home}/.var/app/net.waterfox.waterfox/config/waterfox",
        "{home}/.var/app/net.waterfox.waterfox/cache/waterfox",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/net.waterfox.waterfox/.waterfox",
        "{home}/.var/app/net.waterfox.waterfox/cache/waterfox",
        package="flatpak",
    ),
    Place("macos", "{support}/Waterfox", "{caches}/Waterfox"),
    Place("windows", "{roaming}/Waterfox", "{local}/Waterfox"),
)
WATERFOX_EXECUTABLES = ("waterfox", "waterfox-bin", "waterfox.exe")

FLOORP = (
    Place("linux", "{config}/floorp", "{cache}/floorp"),
    Place("linux", "{home}/.floorp", "{cache}/floorp"),
    Place(
        "linux",
        "{home}/.var/app/one.ablaze.floorp/config/floorp",
        "{home}/.var/app/one.ablaze.floorp/cache/floorp",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/one.ablaze.floorp/.floorp",
        "{home}/.var/app/one.ablaze.floorp/cache/floorp",
        package="flatpak",
    ),
    Place("macos", "{support}/Floorp", "{caches}/Floorp"),
    Place("windows", "{roaming}/Floorp", "{local}/Floorp"),
)
FLOORP_EXECUTABLES = ("floorp", "floorp-bin", "floorp.exe")

ZEN = (
    Place("linux", "{config}/zen", "{cache}/zen"),
    Place("linux", "{home}/.zen", "{cache}/zen"),
    Place(
        "linux",
        "{home}/.var/app/app.zen_browser.zen/config/zen",
        "{home}/.var/app/app.zen_browser.zen/cache/zen",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/app.zen_browser.zen/.zen",
        "{home}/.var/app/app.zen_browser.zen/cache/zen",
        package="flatpak",
    ),
    Place("macos", "{support}/zen", "{caches}/zen"),
    Place("windows", "{roaming}/zen", "{local}/zen"),
)
ZEN_EXECUTABLES = ("zen", "zen-bin", "zen-browser", "zen.exe")
