from __future__ import annotations

from pc_matrix.registry import Audit, Registry
from policies.terms import UserId
from tests.registry.conftest import CODE, NOW, OTHER

ANNE = UserId("@anne:s.test")


def test_pins(registry: Registry) -> None:
    assert registry.pin(CODE, ANNE) is None
    registry.set_pin(CODE, ANNE, "key1", NOW)
    registry.set_pin(CODE, ANNE, "key2", NOW)
    assert registry.pin(CODE, ANNE) == "key2"
    assert registry.pins(CODE) == {ANNE: "key2"}
    assert registry.pins(OTHER) == {}


def test_the_audit_gives_the_newest_first(registry: Registry) -> None:
    for n in range(3):
        registry.audit(CODE, NOW, "appoint", f"@p{n}:s.test", actor="cli", note="referent")
    registry.audit(OTHER, NOW, "revoke", "@x:s.test")
    assert [a.subject for a in registry.audits(CODE, 2)] == ["@p2:s.test", "@p1:s.test"]
    assert registry.audits(OTHER) == [Audit(NOW, "revoke", "@x:s.test", "", "")]
