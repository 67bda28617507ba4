"""How rules are asked, where the answer depends on how many answers there are."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case

from publisher.rules.runner import MAX_FINDINGS


def test_a_hundred_warnings_hide_no_error(tmp_path: Path) -> None:
    disks = {
        "os_vhd": {"secret": "BEACON_OS_VHD"},
        "data_vhds": [{"lun": 0, "url": {"secret": "BEACON_DATA_VHD"}}],
    }
    copies = [{"version": f"2.4.{n}", **disks} for n in range(MAX_FINDINGS + 5)]
    edits = {"/skus/0/images": copies, "/skus/1/images/0/os_vhd/secret": "BEACON_OS_VHD_NEXT"}
    report = Case("", "", set=edits, published={}).run(tmp_path)
    mine = [f for f in report.findings if f.rule == "version-unchanged-image"]
    assert len(mine) == MAX_FINDINGS
    assert [f.pointer for f in mine if f.severity == "error"] == ["/skus/1/images/0/os_vhd"]
