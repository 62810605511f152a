from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError
from pc_matrix.settings import load_secrets, save_secrets
from pc_matrix.vault import Vault

KEY = base64.b64encode(b"k" * 32).decode()


def written(home: Path, text: str, mode: int = 0o600) -> Path:
    path = home / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return home


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    odd = 'a"b\\c é\t\x7f 😀'
    save_secrets(tmp_path, master_key=KEY, bot_passwords={"59999": odd})
    save_secrets(tmp_path, admin_token="token", bot_passwords={"2A004": "x"})
    held = load_secrets(tmp_path, {})
    assert held.vault_key() == b"k" * 32
    assert held.required("admin_token") == "token"
    assert held.bot_password("59999") == odd
    assert held.bot_password("2A004") == "x"
    assert held.registration_shared_secret is None
    assert Vault(held.vault_key())


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    save_secrets(tmp_path, master_key=KEY)
    assert stat.S_IMODE((tmp_path / "secrets.toml").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.toml"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match="par d'autres") as caught:
        load_secrets(written(tmp_path, f'master_key = "{KEY}"', mode), {})
    assert f"chmod 600 {tmp_path / 'secrets.toml'}" in caught.value.remedy


def test_the_environment_overrides_and_is_never_saved(tmp_path: Path) -> None:
    save_secrets(tmp_path, admin_token="of the file")
    environment = {
        "PC_MATRIX_ADMIN_TOKEN": "of the environment",
        "PC_MATRIX_BOT_PASSWORD_59999": "pw",
        "PC_MATRIX_MASTER_KEY": "",
    }
    held = load_secrets(tmp_path, environment)
    assert held.required("admin_token") == "of the environment"
    assert held.bot_password("59999") == "pw"
    assert held.master_key is None
    save_secrets(tmp_path, master_key=KEY)
    assert load_secrets(tmp_path, {}).required("admin_token") == "of the file"


def test_nothing_prints_a_secret(tmp_path: Path) -> None:
    save_secrets(tmp_path, master_key=KEY, admin_token="hush1", bot_passwords={"59999": "hush2"})
    held = load_secrets(tmp_path, {})
    shown = f"{held!r} {held} {held.admin_token} {held.bot_passwords}"
    assert "hush" not in shown
    assert KEY not in shown
    assert "**********" in shown


def test_a_secret_that_is_not_there_says_where_to_put_it(tmp_path: Path) -> None:
    held = load_secrets(tmp_path, {})
    with pytest.raises(SettingsError, match="admin_token manque") as caught:
        held.required("admin_token")
    assert "PC_MATRIX_ADMIN_TOKEN" in caught.value.why
    with pytest.raises(SettingsError) as caught:
        held.bot_password("59999")
    assert "PC_MATRIX_BOT_PASSWORD_59999" in caught.value.why


@pytest.mark.parametrize("key", ["pas du base64 !", base64.b64encode(b"k" * 31).decode()])
def test_a_malformed_master_key_is_not_repeated(tmp_path: Path, key: str) -> None:
    save_secrets(tmp_path, master_key=key)
    with pytest.raises(SettingsError) as caught:
        load_secrets(tmp_path, {}).vault_key()
    assert key not in " ".join(caught.value.diagnostics())


def test_faults_come_at_once_and_repeat_no_value(tmp_path: Path) -> None:
    home = written(
        tmp_path, 'master_key = 12345\nadmin_tokn = "hush"\n[communes.59999]\npassword = "hush"\n'
    )
    with pytest.raises(SettingsError) as caught:
        load_secrets(home, {})
    text = " ".join(caught.value.diagnostics())
    assert "master_key : un texte entre guillemets est attendu" in text
    assert "admin_tokn : clé inconnue ; vouliez-vous « admin_token » ?" in text
    assert "communes.59999.password : clé inconnue" in text
    assert "hush" not in text
    assert "12345" not in text


def test_toml_that_is_none_repeats_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ligne 1") as caught:
        load_secrets(written(tmp_path, 'master_key = "hush\n'), {})
    assert "hush" not in " ".join(caught.value.diagnostics())


def test_what_cannot_be_written_leaves_the_old(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="n'a pas pu être écrit"):
        save_secrets(tmp_path / "nowhere", master_key=KEY)


def test_a_failed_write_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_secrets(tmp_path, admin_token="old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingsError, match="l'ancien contenu est intact"):
        save_secrets(tmp_path, admin_token="new")
    assert load_secrets(tmp_path, {}).required("admin_token") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.toml"]
