"""Where Chrome and its relatives keep their profiles.

Sources: chrome/common/chrome_paths_{linux,mac}.mm/.cc, chrome/install_static/*_install_modes.cc.
The cache follows GetUserCacheDirectory: on Windows it stays inside the profile.
"""

from __future__ import annotations

from scrubber.browsers.base import Place

CHROME = (
    Place("linux", "{config}/google-chrome", "{cache}/google-chrome"),
    Place("linux", "{config}/google-chrome-beta", "{cache}/google-chrome-beta", "beta"),
    Place("linux", "{config}/google-chrome-unstable", "{cache}/google-chrome-unstable", "dev"),
    Place("linux", "{config}/google-chrome-canary", "{cache}/google-chrome-canary", "canary"),
    Place("linux", "{config}/google-chrome-for-testing", "{cache}/google-chrome-for-testing", "testing"),
    Place(
        "linux",
        "{home}/.var/app/com.google.Chrome/config/google-chrome",
        "{home}/.var/app/com.google.Chrome/cache/google-chrome",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/com.google.ChromeDev/config/google-chrome-unstable",
        "{home}/.var/app/com.google.ChromeDev/cache/google-chrome-unstable",
        "dev",
        "flatpak",
    ),
    Place("macos", "{support}/Google/Chrome", "{caches}/Google/Chrome"),
    Place("macos", "{support}/Google/Chrome Beta", "{caches}/Google/Chrome Beta", "beta"),
    Place("macos", "{support}/Google/Chrome Dev", "{caches}/Google/Chrome Dev", "dev"),
    Place("macos", "{support}/Google/Chrome Canary", "{caches}/Google/Chrome Canary", "canary"),
    Place("macos", "{support}/Google/Chrome for Testing", "{caches}/Google/Chrome for Testing", "testing"),
    Place("windows", "{local}/Google/Chrome/User Data"),
    Place("windows", "{local}/Google/Chrome Beta/User Data", channel="beta"),
    Place("windows", "{local}/Google/Chrome Dev/User Data", channel="dev"),
    Place("windows", "{local}/Google/Chrome SxS/User Data", channel="canary"),
    Place("windows", "{local}/Google/Chrome for Testing/User Data", channel="testing"),
)
CHROME_EXECUTABLES = (
    "chrome",
    "google-chrome",
    "chrome.exe",
    "Google Chrome",
    "Google Chrome Beta",
    "Google Chrome Dev",
    "Google Chrome Canary",
    "Google Chrome for Testing",
)

CHROMIUM = (
    Place("linux", "{config}/chromium", "{cache}/chromium"),
    # The snap sets CHROME_CONFIG_HOME to its common folder.
    Place(
        "linux",
        "{home}/snap/chromium/common/chromium",
        "{home}/snap/chromium/common/.cache/chromium",
        package="snap",
    ),
    # Before that it kept a copy for each of its revisions.
    Place(
        "linux",
        "{home}/snap/chromium/*/.config/chromium",
        "{home}/snap/chromium/*/.cache/chromium",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/.var/app/org.chromium.Chromium/config/chromium",
        "{home}/.var/app/org.chromium.Chromium/cache/chromium",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/io.github.ungoogled_software.ungoogled_chromium/config/chromium",
        "{home}/.var/app/io.github.ungoogled_software.ungoogled_chromium/cache/chromium",
        "ungoogled",
        "flatpak",
    ),
    Place("macos", "{support}/Chromium", "{caches}/Chromium"),
    Place("windows", "{local}/Chromium/User Data"),
)
CHROMIUM_EXECUTABLES = ("chromium", "chromium-browser", "chrome", "chrome.exe")

EDGE = (
    Place("linux", "{config}/microsoft-edge", "{cache}/microsoft-edge"),
    Place("linux", "{config}/microsoft-edge-beta", "{cache}/microsoft-edge-beta", "beta"),
    Place("linux", "{config}/microsoft-edge-dev", "{cache}/microsoft-edge-dev", "dev"),
    Place("linux", "{config}/microsoft-edge-canary", "{cache}/microsoft-edge-canary", "canary"),
    Place(
        "linux",
        "{home}/.var/app/com.microsoft.Edge/config/microsoft-edge",
        "{home}/.var/app/com.microsoft.Edge/cache/microsoft-edge",
        package="flatpak",
    ),
    Place(
        "linux",
        "{home}/.var/app/com.microsoft.EdgeDev/config/microsoft-edge-dev",
        "{home}/.var/app/com.microsoft.EdgeDev/cache/microsoft-edge-dev",
        "dev",
        "flatpak",
    ),
    Place("macos", "{support}/Microsoft Edge", "{caches}/Microsoft Edge"),
    Place("macos", "{support}/Microsoft Edge Beta", "{caches}/Microsoft Edge Beta", "beta"),
    Place("macos", "{support}/Microsoft Edge Dev", "{caches}/Microsoft Edge Dev", "dev"),
    Place("macos", "{support}/Microsoft Edge Canary", "{caches}/Microsoft Edge Canary", "canary"),
    Place("windows", "{local}/Microsoft/Edge/User Data"),
    Place("windows", "{local}/Microsoft/Edge Beta/User Data", channel="beta"),
    Place("windows", "{local}/Microsoft/Edge Dev/User Data", channel="dev"),
    Place("windows", "{local}/Microsoft/Edge SxS/User Data", channel="canary"),
)
EDGE_EXECUTABLES = (
    "msedge",
    "microsoft-edge",
    "msedge.exe",
    "Microsoft Edge",
    "Microsoft Edge Beta",
    "Microsoft Edge Dev",
    "Microsoft Edge Canary",
)

BRAVE = (
    Place("linux", "{config}/BraveSoftware/Brave-Browser", "{cache}/BraveSoftware/Brave-Browser"),
    Place(
        "linux",
        "{config}/BraveSoftware/Brave-Browser-Beta",
        "{cache}/BraveSoftware/Brave-Browser-Beta",
        "beta",
    ),
    Place(
        "linux",
        "{config}/BraveSoftware/Brave-Browser-Dev",
        "{cache}/BraveSoftware/Brave-Browser-Dev",
        "dev",
    ),
    Place(
        "linux",
        "{config}/BraveSoftware/Brave-Browser-Nightly",
        "{cache}/BraveSoftware/Brave-Browser-Nightly",
        "nightly",
    ),
    # `current` links to the revision in use; snapd keeps the folders of former ones, traces and all.
    Place(
        "linux",
        "{home}/snap/brave/current/.config/BraveSoftware/Brave-Browser",
        "{home}/snap/brave/current/.cache/BraveSoftware/Brave-Browser",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/snap/brave/*/.config/BraveSoftware/Brave-Browser",
        "{home}/snap/brave/*/.cache/BraveSoftware/Brave-Browser",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
        "{home}/.var/app/com.brave.Browser/cache/BraveSoftware/Brave-Browser",
        package="flatpak",
    ),
    Place("macos", "{support}/BraveSoftware/Brave-Browser", "{caches}/BraveSoftware/Brave-Browser"),
    Place(
        "macos",
        "{support}/BraveSoftware/Brave-Browser-Beta",
        "{caches}/BraveSoftware/Brave-Browser-Beta",
        "beta",
    ),
    Place(
        "macos",
        "{support}/BraveSoftware/Brave-Browser-Dev",
        "{caches}/BraveSoftware/Brave-Browser-Dev",
        "dev",
    ),
    Place(
        "macos",
        "{support}/BraveSoftware/Brave-Browser-Nightly",
        "{caches}/BraveSoftware/Brave-Browser-Nightly",
        "nightly",
    ),
    Place("windows", "{local}/BraveSoftware/Brave-Browser/User Data"),
    Place("windows", "{local}/BraveSoftware/Brave-Browser-Beta/User Data", channel="beta"),
    Place("windows", "{local}/BraveSoftware/Brave-Browser-Dev/User Data", channel="dev"),
    Place("windows", "{local}/BraveSoftware/Brave-Browser-Nightly/User Data", channel="nightly"),
)
BRAVE_EXECUTABLES = (
    "brave",
    "brave-browser",
    "brave.exe",
    "Brave Browser",
    "Brave Browser Beta",
    "Brave Browser Dev",
    "Brave Browser Nightly",
)

VIVALDI = (
    Place("linux", "{config}/vivaldi", "{cache}/vivaldi"),
    Place("linux", "{config}/vivaldi-snapshot", "{cache}/vivaldi-snapshot", "snapshot"),
    Place(
        "linux",
        "{home}/snap/vivaldi/current/.config/vivaldi",
        "{home}/snap/vivaldi/current/.cache/vivaldi",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/snap/vivaldi/*/.config/vivaldi",
        "{home}/snap/vivaldi/*/.cache/vivaldi",
        package="snap",
    ),
    Place(
        "linux",
        "{home}/.var/app/com.vivaldi.Vivaldi/config/vivaldi",
        "{home}/.var/app/com.vivaldi.Vivaldi/cache/vivaldi",
        package="flatpak",
    ),
    Place("macos", "{support}/Vivaldi", "{caches}/Vivaldi"),
    Place("macos", "{support}/Vivaldi Snapshot", "{caches}/Vivaldi Snapshot", "snapshot"),
    Place("windows", "{local}/Vivaldi/User Data"),
)
VIVALDI_EXECUTABLES = ("vivaldi-bin", "vivaldi", "vivaldi.exe", "Vivaldi Snapshot")

OPERA = (
    Place("linux", "{config}/opera", "{cache}/opera"),
    Place("linux", "{config}/opera-beta", "{cache}/opera-beta", "beta"),
    Place("linux", "{config}/opera-developer", "{cache}/opera-developer", "developer"),
    Place(
        "linux",
        "{home}/snap/opera/current/.config/opera",
        "{home}/snap/opera/current/.cache/opera",
        package="snap",
    ),
    Place("linux", "{home}/snap/opera/*/.config/opera", "{home}/snap/opera/*/.cache/opera", package="snap"),
    Place(
        "linux",
        "{home}/snap/opera-beta/*/.config/opera-beta",
        "{home}/snap/opera-beta/*/.cache/opera-beta",
        "beta",
        "snap",
    ),
    Place(
        "linux",
        "{home}/snap/opera-developer/*/.config/opera-developer",
        "{home}/snap/opera-developer/*/.cache/opera-developer",
        "developer",
        "snap",
    ),
    Place(
        "linux",
        "{home}/.var/app/com.opera.Opera/config/opera",
        "{home}/.var/app/com.opera.Opera/cache/opera",
        package="flatpak",
    ),
    Place("macos", "{support}/com.operasoftware.Opera", "{caches}/com.operasoftware.Opera"),
    Place("macos", "{support}/com.operasoftware.OperaNext", "{caches}/com.operasoftware.OperaNext", "beta"),
    Place(
        "macos",
        "{support}/com.operasoftware.OperaDeveloper",
        "{caches}/com.operasoftware.OperaDeveloper",
        "developer",
    ),
    Place("macos", "{support}/com.operasoftware.OperaGX", "{caches}/com.operasoftware.OperaGX", "gx"),
    Place("windows", "{roaming}/Opera Software/Opera Stable", "{local}/Opera Software/Opera Stable"),
    Place("windows", "{roaming}/Opera Software/Opera Next", "{local}/Opera Software/Opera Next", "beta"),
    Place(
        "windows",
        "{roaming}/Opera Software/Opera Developer",
        "{local}/Opera Software/Opera Developer",
        "developer",
    ),
    Place(
        "windows", "{roaming}/Opera Software/Opera GX Stable", "{local}/Opera Software/Opera GX Stable", "gx"
    ),
    # Further profiles, each a user-data folder of its own.
    Place("linux", "{config}/opera/_side_profiles/*", "{cache}/opera/_side_profiles/*", "side"),
    *(
        Place("macos", f"{{support}}/{name}/_side_profiles/*", f"{{caches}}/{name}/_side_profiles/*", variant)
        for name, variant in (("com.operasoftware.Opera", "side"), ("com.operasoftware.OperaGX", "gx-side"))
    ),
    *(
        Place(
            "windows",
            f"{{roaming}}/Opera Software/{name}/_side_profiles/*",
            f"{{local}}/Opera Software/{name}/_side_profiles/*",
            variant,
        )
        for name, variant in (("Opera Stable", "side"), ("Opera GX Stable", "gx-side"))
    ),
    # Editions that come and go: Air, Crypto, Neon, GX beta.
    Place("linux", "{config}/opera-*", "{cache}/opera-*", "other"),
    Place("macos", "{support}/com.operasoftware.Opera*", "{caches}/com.operasoftware.Opera*", "other"),
    Place("windows", "{roaming}/Opera Software/Opera *", "{local}/Opera Software/Opera *", "other"),
)
OPERA_EXECUTABLES = (
    "opera",
    "opera-beta",
    "opera-developer",
    "opera.exe",
    "Opera Beta",
    "Opera Developer",
    "Opera GX",
)
