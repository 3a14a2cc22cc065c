"""Raw text → CleanText: decoding, damage, script, boilerplate, sentences, with exact offsets back
to raw.

The steps run in one order (pipeline/cleaning/cleaner.py): damage is undone before OpenCC, which
would overwrite its evidence; what is judged by words (boilerplate, sentences) comes last, on
repaired Simplified text.
"""

from pipeline.cleaning.cleaner import Cleaner
from pipeline.cleaning.decoding import Decoded, DecodeFailure, decode
from pipeline.cleaning.script import is_chinese

__all__ = ["Cleaner", "DecodeFailure", "Decoded", "decode", "is_chinese"]
