"""What `returns.py` weighs by: nats that a token behind `return` gains for what is known of it.

Made by `peephole-train return-weights` on training text that the network has not read (the recipe `gate`). A reason
that is not listed was seen too seldom, or says nothing. `truth:true` is the word in a method that gives a truth,
`truth<same` a name whose type is the method's, `truth<number` one of numbers; `local`, `member`, `call` is what
declares it; `called` a name that the method is called by, `itself` the method's own.
"""

from __future__ import annotations


def _read(table: str) -> dict[str, float]:
    words = table.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


WEIGHTS: dict[str, dict[str, float]] = {
    "java": _read(
        r"""
        alike 1.2  call 0.7  called 3.7  itself -0.7  latest-many 1.2  latest-number 0.6  latest-object 0.3
        latest-text 0.9  latest-truth 0.7  local 2.7  many:'!' -0.2  many:'(' 0.6  many:'-' -0.3  many:'[' -0.1
        many:'{' -0.1  many:digit -0.8  many:false -0.7  many:new 3.1  many:null 3.1  many:quote -0.7  many:super 1.5
        many:true -0.4  many<many 0.4  many<nothing -0.2  many<number -1.8  many<object 0.3  many<same 2.8  many<text
        -0.9  many<truth -1.2  member 2.0  new 3.7  number:'!' -0.2  number:'(' 1.5  number:'-' 2.1  number:'[' -0.1
        number:'{' -0.1  number:digit 3.0  number:false -0.5  number:new -0.9  number:null -0.1  number:quote 1.7
        number:super -0.6  number:this 1.6  number:true -0.2  number<many 0.6  number<number 1.1  number<object 0.4
        number<same 2.5  number<text -1.7  number<truth -0.2  object:'!' 0.2  object:'(' 1.1  object:'-' -0.6
        object:';' -0.1  object:'[' -0.3  object:'\n' -0.2  object:'{' -0.3  object:digit -0.8  object:false -1.1
        object:new 3.1  object:null 2.9  object:quote -0.5  object:super 0.9  object:this 2.3  object:true -0.4
        object<many -0.3  object<nothing -0.9  object<number -1.9  object<object 0.3  object<same 3.1  object<text
        -1.1  object<truth -0.5  text:'!' -0.3  text:'(' 0.7  text:'-' -0.3  text:'[' -0.2  text:'{' -0.1  text:digit
        -0.9  text:false -1.0  text:new -1.0  text:null 2.6  text:quote 2.5  text:super 1.8  text:this 0.2  text<many
        0.5  text<nothing -0.9  text<number -1.7  text<object 0.9  text<same 1.7  text<text 3.6  text<truth -0.6
        this.call 0.4  this.called 2.9  this.itself 0.3  this.member 2.7  truth:'!' 2.4  truth:'(' 1.4  truth:'-' -0.3
        truth:'[' -0.1  truth:'{' -0.2  truth:digit -0.7  truth:false 4.2  truth:new -0.9  truth:null -0.8
        truth:super -0.1  truth:this 0.6  truth:true 4.3  truth<many 0.5  truth<nothing -0.5  truth<object 0.7
        truth<same 2.2  truth<text -0.1  truth<truth -0.4
        """
    ),
    "python": _read(
        r"""
        alike 1.0  call 0.6  called 1.8  itself -0.7  latest-many 1.2  latest-number 0.7  latest-object 1.0
        latest-text 0.9  latest-truth 1.0  latest-untold 0.9  local 1.9  many:'(' 2.3  many:'-' -0.2  many:'[' 2.8
        many:'\n' -0.1  many:'{' 2.1  many:False -0.2  many:None 2.3  many:True -0.5  many:digit -0.2  many:not -0.3
        many:quote 0.5  many:self 0.4  many:super 1.1  many<many 0.6  many<nothing -0.8  many<object 0.2  many<same
        2.6  many<truth -0.8  many<unknown 0.9  member -0.7  nothing<many -0.2  nothing<number -0.3  nothing<object
        -0.2  nothing<same 1.3  nothing<truth -0.5  nothing<unknown 0.4  number:'(' 0.3  number:'-' 0.7  number:'['
        -0.6  number:'{' -0.5  number:False -0.4  number:None 1.1  number:True -0.3  number:await -0.2  number:cls 0.8
        number:digit 3.0  number:lambda 1.0  number:not -0.2  number:quote -0.6  number:self -0.3  number:super -0.3
        number<many -0.2  number<nothing -0.2  number<number 1.8  number<object -0.3  number<same 0.3  number<text
        -0.6  number<unknown 0.4  object:'(' -1.4  object:'-' -0.3  object:'[' -1.3  object:'\n' -0.3  object:'{' 0.6
        object:False -0.6  object:None 1.8  object:True -0.8  object:await 1.3  object:cls -0.2  object:digit -1.1
        object:not -0.6  object:quote -0.7  object:super 0.5  object<many 0.5  object<nothing 0.2  object<number -1.5
        object<object 0.7  object<same 1.7  object<text -1.1  object<truth -1.1  object<unknown 0.9  self.alike 1.8
        self.call 1.0  self.called 4.8  self.itself -1.3  self.member 1.6  text:'(' 0.6  text:'-' -0.2  text:'[' -1.1
        text:'\n' -0.2  text:'{' -1.1  text:False -0.3  text:None 1.5  text:True -0.2  text:await -0.5  text:cls -0.4
        text:digit -0.8  text:lambda -0.4  text:not -0.4  text:quote 1.6  text:self -0.9  text:super 1.1  text<many
        -1.2  text<nothing -1.1  text<number -0.5  text<same 1.1  text<truth 0.3  text<unknown 0.4  truth:'(' 1.1
        truth:'-' -0.1  truth:'[' -0.8  truth:'\n' -0.1  truth:'{' -0.7  truth:False 4.1  truth:None -0.5  truth:True
        4.0  truth:await 1.4  truth:cls -0.1  truth:digit 0.7  truth:lambda -0.2  truth:not 2.0  truth:self -0.4
        truth:super -0.7  truth<nothing -0.9  truth<number 0.9  truth<same 1.6  truth<text 1.3  truth<unknown 0.9
        untold:'!' -0.2  untold:'(' 0.6  untold:'-' 0.8  untold:'[' 1.0  untold:'\n' -0.6  untold:'{' -0.2  untold:'~'
        1.3  untold:False 1.6  untold:None 1.7  untold:True 1.6  untold:await -0.2  untold:cls 0.3  untold:digit 0.4
        untold:not 0.9  untold:quote 1.1  untold:self -1.1  untold:super 1.6  untold<many 1.2  untold<object 1.1
        untold<text 1.3  untold<truth -0.2  untold<unknown 0.9
        """
    ),
}

TRUST: dict[str, tuple[float, ...]] = {
    "java": (0.67, 0.70, 0.79, 0.82, 0.80),
    "python": (0.70, 0.80, 0.87, 0.91, 0.81),
}
"""By what network and memories are multiplied behind no letter, one, two, more, and behind `this.`: they
are surer there than they have reason to be."""

OPEN: dict[str, tuple[float, ...]] = {
    "java": (1.38, 0.06, 0.05),
    "python": (1.46, 0.14, 0.03),
}
"""How many unknown tokens stand beside those that are known, behind no letter, one, and more."""
