"""Model files: one zip file of numbers and text, which can be damaged or forged and still do no harm."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sklearn.utils.validation import check_is_fitted

from servicelead._arguments import require_whole
from servicelead._fields import kind_of
from servicelead._files import replacing
from servicelead.exceptions import IngestError, InvalidValueError
from servicelead.propensity.estimators.classifier import ExpansionClassifier
from servicelead.propensity.estimators.scorecard import ScoreCard
from servicelead.propensity.storage.archive import pack, unpack
from servicelead.propensity.storage.golden import check_golden, golden_rows
from servicelead.propensity.storage.manifest import check_members, read_manifest, write_manifest
from servicelead.propensity.storage.model_card import ModelCard, model_card
from servicelead.propensity.storage.seal import check_seal, require_key, seal
from servicelead.propensity.storage.stored import Stored
from servicelead.propensity.storage.stored_classifier import CLASSIFIER
from servicelead.propensity.storage.stored_scorecard import SCORE_CARD

if TYPE_CHECKING:
    from servicelead.propensity.evaluation.evaluation import Evaluation
    from servicelead.propensity.snapshots.snapshots import Snapshots

__all__ = ["load_model", "read_model_card", "save_model"]

_KINDS: Final[dict[str, Stored]] = {kind.estimator.__name__: kind for kind in (CLASSIFIER, SCORE_CARD)}
_MANIFEST: Final = "manifest.json"
_SEAL: Final = "seal.txt"
_CARD: Final = "model_card.md"
_LAYOUTS: Final = [(_MANIFEST, *sealed, _CARD, *kind.members) for kind in _KINDS.values() for sealed in ((), (_SEAL,))]
#: Hundreds of times the size of a usual model.
_MOST_BYTES: Final = 1 << 28


def save_model(
    model: ExpansionClassifier | ScoreCard,
    path: str | os.PathLike[str],
    *,
    key: bytes | None = None,
    training: "Snapshots | None" = None,
    evaluation: "Evaluation | None" = None,
) -> ModelCard:
    """Save a fitted model as one file that `load_model` brings back to the bit.

    The file is an uncompressed zip: a manifest with versions, checksums and golden rows, the model card as Markdown,
    and the model's numbers as JSON and plain arrays. Before it is written it is read back and compared. It takes the
    place of an older file in one step: after a crash the old or the new one is there, whole. The same model gives the
    same bytes.

    Parameters
    ----------
    model
        A fitted `ExpansionClassifier` or `ScoreCard`.
    path
        The file; missing folders are made.
    key
        At least 16 bytes that only you know. Who has the key can tell that nobody else wrote the file; without one a
        checksum tells damage, not forgery.
    training
        The snapshots the model was trained on, for the card: its training window, units and meanings of columns.
    evaluation
        How good the model was on rows it had not seen, for the card.

    Returns
    -------
    ModelCard
        What the file says of the model.

    Raises
    ------
    InvalidValueError
        When the model is of another class, a parameter cannot be written as JSON, or the key is too short.
    sklearn.exceptions.NotFittedError
        When the model is not fitted.
    OSError
        When the system cannot write the file.

    Notes
    -----
    The file holds the names of columns and the categories that training knew, which a model needs to score. Neither
    the card nor any error shows a category. Golden rows are made up.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from servicelead.propensity import ExpansionClassifier, load_model, save_model
    >>> rng = np.random.default_rng(0)
    >>> accounts = {"support_cases": rng.poisson(3, 400), "plan": rng.choice(["basic", "pro"], 400)}
    >>> expanded = rng.random(400) < 0.1 + 0.05 * accounts["support_cases"]
    >>> model = ExpansionClassifier(random_state=0).fit(accounts, expanded)
    >>> file = Path(tempfile.mkdtemp()) / "expansion.model"
    >>> card = save_model(model, file, key=b"thirty-two bytes of a random key")
    >>> again = load_model(file, key=b"thirty-two bytes of a random key")
    >>> bool((again.predict_proba(accounts) == model.predict_proba(accounts)).all())
    True
    """
    if key is not None:
        require_key(key)
    kind = _KINDS.get(type(model).__name__)
    if kind is None or type(model) is not kind.estimator:
        raise InvalidValueError(
            f"model must be one of {', '.join(_KINDS)}; got {kind_of(model)}; "
            "save another estimator with the library it comes from"
        )
    check_is_fitted(model)
    card = model_card(model, training=training, evaluation=evaluation)
    members = {_CARD: card.to_markdown().encode(errors="replace"), **kind.write(model)}
    manifest = write_manifest(members, card=card.to_dict(), golden=golden_rows(model, kind.thresholds(model)))
    sealed = {} if key is None else {_SEAL: seal(manifest, key)}
    content = pack({_MANIFEST: manifest, **sealed, **members})
    _revived(*_opened(content, key))
    with replacing(Path(path), binary=True) as stream:
        stream.write(content)
    return card


def load_model(
    path: str | os.PathLike[str], *, key: bytes | None = None, max_bytes: int = _MOST_BYTES
) -> ExpansionClassifier | ScoreCard:
    """Return the model that `save_model` saved.

    Nothing in the file is run: it holds numbers and text. In this order the size, the layout, the seal, the versions
    and the checksums are checked before anything is built, every tree before it is followed, and at last the scores
    of the golden rows.

    Parameters
    ----------
    path
        The file.
    key
        That the model was saved with. With a key, a file without a seal is refused; without one, a seal is not read.
    max_bytes
        A larger file is not read.

    Returns
    -------
    ExpansionClassifier or ScoreCard
        Whose scores are those of the model that was saved.

    Raises
    ------
    IngestError
        When the file is too large, not a model, damaged or forged; ``reason`` says which: ``too_large``,
        ``not_a_model``, ``damaged``, ``unsealed``, ``wrong_seal``, ``forged`` or ``golden``.
    IncompatibleError
        When another version of the library, of scikit-learn or of numpy saved it, naming both versions.
    InvalidValueError
        When the key is too short or `max_bytes` is no whole number.
    OSError
        When the system cannot read the file.

    Examples
    --------
    See `save_model`.
    """
    return _revived(*_opened(_content(path, key, max_bytes), key))


def read_model_card(
    path: str | os.PathLike[str], *, key: bytes | None = None, max_bytes: int = _MOST_BYTES
) -> ModelCard:
    """Return the model card of a file, without building the model.

    Parameters, checks and errors are those of `load_model`, save that no tree is looked at.

    Returns
    -------
    ModelCard
    """
    manifest, _ = _opened(_content(path, key, max_bytes), key)
    try:
        return ModelCard.from_dict(manifest["card"])
    except (AttributeError, LookupError, TypeError, ValueError):
        raise _forged() from None


def _content(path: str | os.PathLike[str], key: bytes | None, max_bytes: int) -> bytes:
    if key is not None:
        require_key(key)
    require_whole("max_bytes", max_bytes, 1)
    with Path(path).open("rb") as stream:
        content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise IngestError(
            f"the file is larger than {max_bytes:,} bytes; raise max_bytes if you trust where it comes from",
            reason="too_large",
        )
    return content


def _opened(content: bytes, key: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest and the members it speaks of, once seal, versions and checksums are right."""
    members = unpack(content, _LAYOUTS)
    written, sealed = members.pop(_MANIFEST), members.pop(_SEAL, None)
    if key is not None:
        check_seal(written, sealed, key)
    manifest = read_manifest(written)
    check_members(manifest, members)
    return manifest, members


def _revived(manifest: dict[str, Any], members: dict[str, bytes]) -> ExpansionClassifier | ScoreCard:
    """Return the model, once its trees are trees and its golden rows score as they did."""
    try:
        model: ExpansionClassifier | ScoreCard = _KINDS[manifest["card"]["model"]].read(members)
        check_golden(model, manifest["golden"])
    except IngestError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError):
        # What a forged file says can break any rule of any constructor on the way; all of it is the file's fault.
        raise _forged() from None
    return model


def _forged() -> IngestError:
    return IngestError(
        "what the file says does not make a model: it is forged or damaged; do not use it",
        reason="forged",
    )
