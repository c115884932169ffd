from __future__ import annotations

from tearsheet.web.citing import tex


def test_no_character_acts_in_tex() -> None:
    assert tex(r"50% & {more} #1 $x_2 ~ ^ \input{/etc}") == (
        r"50\% \& \{more\} \#1 \$x\_2 \textasciitilde{} \textasciicircum{} \textbackslash{}input\{/etc\}"
    )
