r"""LaTeX snippets as plain text for a terminal: $\hat y$ becomes ŷ, $W^{(2)}_0$ W⁽²⁾₀.

This is for reading, not for round trips. What is not known is left as it stands.
"""

import re
import unicodedata

_SYMBOLS = {
    r"\partial": "∂", r"\cdot": "·", r"\times": "×", r"\sum": "Σ", r"\prod": "Π", r"\top": "ᵀ", r"\prime": "′",
    r"\ell": "ℓ", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥", r"\ne": "≠", r"\approx": "≈", r"\pm": "±",
    r"\in": "∈", r"\to": "→", r"\infty": "∞", r"\odot": "⊙", r"\nabla": "∇", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\lceil": "⌈", r"\rceil": "⌉", r"\ldots": "…", r"\dots": "…", r"\cdots": "⋯", r"\langle": "⟨",
    r"\rangle": "⟩", r"\circ": "∘", r"\ast": "∗", r"\lambda": "λ", r"\varphi": "φ", r"\phi": "φ", r"\epsilon": "ε",
    r"\varepsilon": "ε", r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\eta": "η",
    r"\theta": "θ", r"\mu": "μ", r"\nu": "ν", r"\pi": "π", r"\rho": "ρ", r"\sigma": "σ", r"\tau": "τ",
    r"\omega": "ω", r"\Delta": "Δ", r"\Sigma": "Σ", r"\Pi": "Π", r"\Omega": "Ω", r"\|": "‖", r"\{": "{",
    r"\}": "}", r"\%": "%", r"\_": "_",
}  # fmt: skip
_HALVES = {("1", "2"): "½", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "3"): "⅓"}
_ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "vec": "\u20d7", "dot": "\u0307"}
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_GROUP = r"(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s{}\\]))"


def plain(text: str) -> str:
    r"""Give a Markdown snippet with LaTeX as plain text.

    >>> plain(r"$L = \frac12 (y - \hat y)^2$ and `a1`")
    'L = ½ (y - ŷ)² and a1'
    """
    without_code = re.sub(r"`([^`]+)`|\*\*([^*]+)\*\*", lambda m: m[1] or m[2], text)
    return re.sub(r"(?<!\\)\$([^$]+)\$", lambda m: _formula(m[1]), without_code).replace(r"\$", "$")


def _formula(latex: str) -> str:
    text = re.sub(r"\\(?:left|right|big|Big|bigl|bigr|Bigl|Bigr|displaystyle)(?![A-Za-z])", "", latex)
    text = re.sub(r"\\(?:[,;:! ]|q?quad(?![A-Za-z]))", " ", text)
    text = re.sub(rf"\\(hat|tilde|bar|vec|dot)(?![A-Za-z])\s*{_GROUP}", _accent, text)
    text = re.sub(r"\\(?:text|mathrm|mathbf|mathit|operatorname)\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(rf"\\[dt]?frac\s*{_GROUP}\s*{_GROUP}", _fraction, text)
    text = re.sub(rf"\\sqrt\s*{_GROUP}", lambda m: f"√({m[1] or m[2]})", text)
    text = re.sub(r"\\[A-Za-z]+|\\[|{}%_]", lambda m: _SYMBOLS.get(m[0], m[0].lstrip("\\")), text)
    text = re.sub(r"([∂Δ])\s+", r"\1", text)
    text = re.sub(r"\^(?:\{([\d()′ᵀ]+)\}|([\d′ᵀ]))", lambda m: (m[1] or m[2]).translate(_RAISED), text)
    text = re.sub(r"_(?:\{(\d+)\}|(\d))", lambda m: (m[1] or m[2]).translate(_LOWERED), text)
    text = re.sub(r"([\^_])\{([^{}])\}", r"\1\2", text)
    text = re.sub(r"([\^_])\{([^{}]*)\}", r"\1(\2)", text).replace("{", "").replace("}", "")
    return re.sub(r"\s+", " ", text).strip()


def _accent(match: re.Match[str]) -> str:
    base = (match[2] or match[3] or "").strip()
    return unicodedata.normalize("NFC", base + _ACCENTS[match[1]])


def _fraction(match: re.Match[str]) -> str:
    top, bottom = (match[1] or match[2], match[3] or match[4])
    if (top, bottom) in _HALVES:
        return _HALVES[top, bottom]
    return "/".join(part if len(part) == 1 or part.isalnum() else f"({part})" for part in (top, bottom))
