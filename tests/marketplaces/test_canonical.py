"""Which links a document holds, and what is cut out of it."""

from publisher.marketplaces.canonical import links, without_signatures, without_sku


def test_links_are_every_http_url_once() -> None:
    document = {
        "support": {"customer": {"url": "https://a.example"}, "engineering": {"url": ""}},
        "legal": {"privacy_policy_url": "http://b.example/p", "terms": "see https://text.example"},
        "listing": {"en-us": {"links": [{"url": "https://a.example"}, {"url": "ftp://c.example"}, {}]}},
    }
    assert links(document) == ("https://a.example", "http://b.example/p")


def test_no_disk_is_a_link() -> None:
    disk = "https://blob.example/vhds/os.vhd"
    image = {"os_vhd": disk, "data_vhds": [{"lun": 0, "url": disk}], "notes_url": disk}
    assert links({"skus": [{"images": [image]}, {"data_vhds": [{"url": disk}]}]}) == ()


def test_signatures_are_cut_from_disks_only() -> None:
    document = {
        "listing": {"links": [{"url": "https://a.example/?page=2"}]},
        "skus": [
            {"images": [{"os_vhd": "https://b.example/os.vhd?sig=x", "data_vhds": [{"url": "unresolved:N"}]}]}
        ],
    }
    cut = without_signatures(document)
    assert cut["listing"] == document["listing"]
    assert cut["skus"] == [
        {"images": [{"os_vhd": "https://b.example/os.vhd", "data_vhds": [{"url": "unresolved:N"}]}]}
    ]


def test_a_sku_goes_and_the_rest_stays() -> None:
    document = {"offer": "o", "skus": [{"id": "a"}, {"id": "b"}]}
    assert without_sku(document, "a") == {"offer": "o", "skus": [{"id": "b"}]}
    assert without_sku({"offer": "o"}, "a") == {"offer": "o", "skus": []}
