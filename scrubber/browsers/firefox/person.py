"""What a person made in a Firefox profile or added to it, which can name a site: reported, never touched."""

from __future__ import annotations

from scrubber.stores.json_file import Items, JsonFile
from scrubber.stores.records import Rule
from scrubber.stores.text_lines import TextLines
from scrubber.stores.whole_files import WholeFiles

STYLES = WholeFiles(
    "{profile}/chrome",  # `userContent.css`: @-moz-document domain(labs.openai.com) { … }
    holds="permissions",
    source="layout/style/GlobalStyleSheetCache.cpp",
)

CONTAINERS = JsonFile(
    "{profile}/containers.json",
    items=(Items("identities", holds="permissions", keep="always"),),  # by the name that it was given
    source="toolkit/components/contextualidentity/ContextualIdentityService.sys.mjs",
)

ADDRESSES = JsonFile(  # and cards, whose numbers are encrypted
    "{profile}/autofill-profiles.json",
    items=(
        Items("addresses", of=(), holds="forms", keep="always"),
        Items("creditCards", of=(), holds="forms", keep="always"),
    ),
    source="toolkit/components/formautofill/FormAutofillStorageBase.sys.mjs",
)

DICTIONARY = TextLines(
    "{profile}/persdict.dat",
    rule=Rule((), holds="forms", keep="always"),
    source="extensions/spellcheck/src/mozPersonalDictionary.cpp",
)

EXTENSIONS = WholeFiles(
    # What each extension may do, and on which hosts.
    "{profile}/extensions.json",
    "{profile}/addons.json",
    "{profile}/addonStartup.json.lz4",
    holds="extensions",
    source="toolkit/mozapps/extensions/internal/XPIDatabase.sys.mjs",
)

PERSON = (STYLES, CONTAINERS, ADDRESSES, DICTIONARY, EXTENSIONS)
