"""Explanations of what the reader itself refuses, so that every report can carry it."""

from typing import Final

from publisher.rules.registry import add

_SOURCE: Final = "the offer format vm-offer/1."

_TEXTS: Final = {
    ("DOC101", "document-syntax"): """The document can be read as YAML or JSON.
        Why: a file that two readers would understand differently is not sent to anybody.
        Fix: correct the line that is named; see the line above it as well.""",
    ("DOC102", "document-encoding"): """The file is UTF-8 text.
        Why: any other encoding turns letters into others on the way.
        Fix: save the file as UTF-8.""",
    ("DOC103", "document-too-large"): """The file keeps to the size limits of the reader.
        Why: files beyond 8 MiB or 200,000 values are mistakes or attacks, not offers.
        Fix: move long texts into files of their own.""",
    ("DOC104", "document-too-deep"): """The document is nested at most 32 levels deep.
        Why: deeper nesting is never an offer, and can kill a parser.
        Fix: flatten the document.""",
    ("DOC105", "document-alias"): """Anchors and aliases are not used.
        Why: a reviewer who reads one place must see the value that counts there.
        Fix: write the value out.""",
    ("DOC106", "document-tag"): """Tags are not used.
        Why: a tag changes what a value is behind the reader's back.
        Fix: delete the tag; quote the value if it must stay text.""",
    ("DOC107", "document-duplicate-key"): """Every key stands once.
        Why: of two equal keys one is dropped silently, and nobody knows which.
        Fix: keep one of them.""",
    ("DOC108", "document-root"): """The document holds fields at its top.
        Why: an offer is a set of fields.
        Fix: start from the file that `publisher init` writes.""",
    ("DOC109", "document-empty"): """The document is not empty.
        Why: an empty file is mostly one that was not saved.
        Fix: start from the file that `publisher init` writes.""",
    ("DOC110", "document-control-character"): """Texts hold no invisible control characters.
        Why: control characters and direction overrides show one thing and mean another.
        Fix: delete the character at the place that is named.""",
    ("DOC111", "document-unknown-key"): """Every key is known.
        Why: a misspelt key is a value that silently does not count.
        Fix: use the key that is suggested, or delete it.""",
    ("DOC112", "document-type"): """Every value has the shape that its key wants.
        Why: a number that is a list, or a flag that is a word, cannot be judged.
        Fix: write the value in the shape that is named.""",
    ("DOC113", "document-file"): """Every file that is named can be read, and lies inside the offer folder.
        Why: the folder is what is published; a path out of it works on one machine only.
        Fix: put the file into the folder and name it relative to offer.yaml.""",
    ("DOC114", "document-format"): """The format of the document is known.
        Why: another format may mean other things by the same words.
        Fix: write `format: vm-offer/1`.""",
}

for (_code, _name), _text in _TEXTS.items():
    add(_code, _name, f"{_text}\nSource: {_SOURCE}", kind="document", waivable=False)
