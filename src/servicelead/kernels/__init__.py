"""Numeric kernels: arrays in, arrays out.

The rules of every module in this package:

* it imports numpy, scipy, ``typing``, ``collections.abc``, ``itertools``, the array aliases and its sibling kernels,
  nothing else;
* its functions take arrays and scalars and return arrays: no classes, no labels, no I/O;
* it trusts its input: whoever calls a kernel has checked the values;
* an argument is never written to.

A *ragged array* is ``offsets`` (int64, one more than there are segments, never falling) beside its content: segment
``i`` owns ``content[offsets[i] - offsets[0] : offsets[i + 1] - offsets[0]]``. A block of consecutive segments is
therefore ``offsets[start : stop + 1]`` beside the matching slice of the content; offsets need not start at 0, and
content is as long as ``offsets[-1] - offsets[0]``. Segments may be empty.
"""
