"""Who may choose the model: never the workspace by itself.

A workspace brings settings of its own (`.vscode/settings.json`, `.helix/`), and in what the client sends they cannot be
told from the user's: `workspace/configuration` has no scopes. A model is data and not code, but a graph for a runtime
written in C++ all the same; its folder may be a share on another machine, and opening it a connection; and who chooses
the model chooses what is offered. That a folder lies outside of the workspace proves nothing: another checkout, `/tmp`
and a share do, too. So `model.folder` counts from the command line, and from the client's settings only if it says in
`initializationOptions`, beside the section and not in it, that the user trusts the workspace:

    {"peephole": {"model": {"folder": "..."}}, "trusted": true}

Nothing else may stand there: a client that hands on its merged settings as they are has them all there, so that a
workspace cannot slip `trusted` among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .section import SECTION, Problem
from .settings import ModelSettings, Settings

TRUSTED = "trusted"

HOW = f'start `peephole serve --model FOLDER`, or let the client\'s initializationOptions have "{TRUSTED}": true'
"""How a user allows it, in words; more is in `docs/settings.md`."""


def says_trusted(options: object) -> bool:
    """Whether a client's `initializationOptions` say that the user trusts the workspace."""
    return isinstance(options, Mapping) and set(options) <= {SECTION, TRUSTED} and options.get(TRUSTED) is True


def without_trust(options: object) -> object:
    """The options without that word, so that only settings are left."""
    return {SECTION: options.get(SECTION)} if isinstance(options, Mapping) and says_trusted(options) else options


def withhold(settings: Settings) -> tuple[Settings, list[Problem]]:
    """The settings without those that the workspace may not choose, and what is said of it."""
    if settings.model.folder == ModelSettings.folder:
        return settings, []
    model = replace(settings.model, folder=ModelSettings.folder)
    told = f"{SECTION}.model.folder is not followed, for a workspace could have set it: to allow it, {HOW}"
    return replace(settings, model=model), [Problem(told, True)]
