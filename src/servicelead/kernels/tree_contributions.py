"""What each feature contributes to what decision trees say of a row."""

from collections.abc import Iterable, Iterator

import numpy as np

from servicelead._typing import Array, BoolArray, FloatArray, IntArray

__all__ = ["tree_contributions"]

#: Up to so many answers, every pattern of them has a place in a table; beyond, patterns are sorted.
_TABLE_SPLITS = 12
#: A pattern's number grows by a bit a split; before it outgrows 64 bits, the patterns met so far are renumbered.
_RENUMBER = 2**61


def tree_contributions(trees: Iterable[tuple[Array, Array]], design: FloatArray) -> tuple[FloatArray, float]:
    r"""Return each feature's Shapley value in the trees' sum, where unknown features follow the training rows.

    The value of a set S of features is what a tree says when splits on other features send a row down both sides in
    proportion to the training rows that went there. A leaf of value v with distinct features j on its path then gives
    feature j

    .. math:: v\,(o_j - z_j) \int_0^1 \prod_{i \ne j} \bigl((1 - t)\, z_i + t\, o_i\bigr)\, dt

    with :math:`o_i` 1 where the row answers every split on i towards the leaf, else 0, and :math:`z_i` the product of
    those splits' shares of training rows. The integrand is a polynomial in t, so that Gauss and Legendre's points give
    the integral exactly. A row is known to a tree by its answers alone: each pattern of answers is worked out once.

    Parameters
    ----------
    trees : pairs of arrays
        A tree's nodes, root first, with the fields of scikit-learn's histogram trees: ``value``, ``count`` (above 0),
        ``feature_idx``, ``num_threshold``, ``missing_go_to_left``, ``left``, ``right``, ``is_leaf``,
        ``is_categorical``, ``bitset_idx``; and uint32 (n_category_splits, 8), the categories that go left, a bit each.
    design : float64 (n, p)
        One column per feature; categories are whole numbers in [0, 256), NaN is missing.

    Returns
    -------
    contributions : float64 (n, p)
        They and `expected` add up to what the trees say of the row.
    expected : float
        The mean of each tree's leaves, weighed by their training rows, summed over the trees.

    Notes
    -----
    The path-dependent attribution of S. M. Lundberg, G. Erion and S.-I. Lee, *Consistent individualized feature
    attribution for tree ensembles*, 2018, in the multilinear form of G. Owen, 1972.

    Examples
    --------
    >>> fields = [("value", float), ("count", int), ("feature_idx", int), ("num_threshold", float), ("left", int)]
    >>> fields += [("right", int), ("is_leaf", int), ("missing_go_to_left", int), ("is_categorical", int)]
    >>> nodes = np.zeros(3, dtype=[*fields, ("bitset_idx", int)])
    >>> nodes["value"], nodes["count"], nodes["is_leaf"] = [0.0, 1.0, 5.0], [4, 3, 1], [0, 1, 1]
    >>> nodes["left"][0], nodes["right"][0], nodes["num_threshold"][0] = 1, 2, 0.5
    >>> no_categories = np.zeros((0, 8), dtype=np.uint32)
    >>> tree_contributions([(nodes, no_categories)], np.array([[0.0, 7.0], [1.0, 7.0]]))
    (array([[-1.,  0.],
           [ 3.,  0.]]), 2.0)
    """
    contributions = np.zeros((design.shape[1], len(design)))
    expected = 0.0
    for nodes, category_sets in trees:
        splits = np.flatnonzero(nodes["is_leaf"] == 0)
        patterns, pattern = _distinct(_answers(nodes[splits], category_sets, design))
        used, by_pattern, mean = _by_pattern(nodes, splits, patterns)
        for j, of_patterns in zip(used.tolist(), by_pattern, strict=True):
            contributions[j] += of_patterns[pattern]
        expected += mean
    return contributions.T, expected


def _by_pattern(nodes: Array, splits: IntArray, patterns: BoolArray) -> tuple[IntArray, FloatArray, float]:
    """Return the features a tree uses, their contributions to each pattern of answers, and the tree's mean."""
    feature = nodes["feature_idx"][splits]
    used = np.unique(feature)
    contributions = np.zeros((len(used), patterns.shape[1]))
    expected = 0.0
    for value, path, goes_left, shares in _leaves(nodes, splits):
        on_path, group = np.unique(feature[path], return_inverse=True)
        known = np.ones((len(on_path), patterns.shape[1]))
        unknown = np.ones(len(on_path))
        for answer, left, share, j in zip(path, goes_left, shares, group.tolist(), strict=True):
            known[j] *= patterns[answer] == left
            unknown[j] *= share
        contributions[np.searchsorted(used, on_path)] += value * _shapley(known, unknown)
        expected += value * float(np.prod(unknown))
    return used, contributions, expected


def _answers(splits: Array, category_sets: Array, design: FloatArray) -> BoolArray:
    """Say of every split and row whether the row goes left."""
    answers = np.empty((len(splits), len(design)), dtype=bool)
    for answer, split in zip(answers, splits, strict=True):
        values = design[:, split["feature_idx"]]
        missing = np.isnan(values)
        if split["is_categorical"]:
            of_category = np.unpackbits(
                category_sets[split["bitset_idx"]].astype("<u4").view(np.uint8), bitorder="little"
            )
            answer[:] = of_category.astype(bool)[np.where(missing, 0.0, values).astype(np.intp)]
        else:
            answer[:] = values <= split["num_threshold"]
        answer[missing] = bool(split["missing_go_to_left"])
    return answers


def _distinct(answers: BoolArray) -> tuple[BoolArray, IntArray]:
    """Return the patterns of answers that occur, one per column, and which one each row has."""
    n_splits, n_rows = answers.shape
    number, highest = np.zeros(n_rows, dtype=np.int64), 1
    for answer in answers:
        number = 2 * number + answer
        highest *= 2
        if highest > _RENUMBER:
            number = np.unique(number, return_inverse=True)[1]
            highest = n_rows
    if n_splits > _TABLE_SPLITS:
        _, first, pattern = np.unique(number, return_index=True, return_inverse=True)
        return answers[:, first], pattern
    every = np.arange(1 << n_splits)
    return (every >> np.arange(n_splits)[::-1, None] & 1).astype(bool), number


def _leaves(nodes: Array, splits: IntArray) -> Iterator[tuple[float, list[int], list[bool], list[float]]]:
    """Yield each leaf's value and its path: positions among the splits, whether left, and the shares that went so."""
    place = {node: answer for answer, node in enumerate(splits.tolist())}
    todo: list[tuple[int, list[int], list[bool], list[float]]] = [(0, [], [], [])]
    while todo:
        node, path, goes_left, shares = todo.pop()
        if node not in place:
            yield float(nodes["value"][node]), path, goes_left, shares
            continue
        for is_left in (True, False):
            child = int(nodes["left" if is_left else "right"][node])
            share = float(nodes["count"][child]) / float(nodes["count"][node])
            todo.append((child, [*path, place[node]], [*goes_left, is_left], [*shares, share]))


def _shapley(known: FloatArray, unknown: FloatArray) -> FloatArray:
    """Return (o - z) times the integral for each feature of a path and pattern: (d, k) from o (d, k) and z (d,)."""
    points, weights = np.polynomial.legendre.leggauss(max((len(unknown) + 1) // 2, 1))
    integral = np.zeros_like(known)
    for point, weight in zip((points + 1.0) / 2.0, weights / 2.0, strict=True):
        # Never 0, as every share is above 0 and so is 1 - t: the product may be divided by each of its factors.
        factors = (1.0 - point) * unknown[:, None] + point * known
        integral += weight * np.prod(factors, axis=0) / factors
    difference: FloatArray = (known - unknown[:, None]) * integral
    return difference
