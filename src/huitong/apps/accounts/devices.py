"""What browsers call themselves, in words that people know."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.labels import Text

_BROWSERS = (
    ("MicroMessenger", _("微信")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: later ones are contained in what earlier ones send."""
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_METHODS: dict[str, Text] = {
    "password": _("密码"),
    "code": _("验证码"),
    "passkey": _("通行密钥"),
    "oidc": _("统一认证"),
    "persona": _("演示身份"),
}


def device_words(agent: str) -> str:
    """Return browser and system of a ``User-Agent``, or that they are not known."""
    browser = next((str(name) for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part) or gettext("未知设备")


def method_words(method: str) -> str:
    """Return how somebody signed in, e.g. ``password+code``, in words."""
    return " + ".join(str(_METHODS.get(part, part)) for part in method.split("+") if part)
