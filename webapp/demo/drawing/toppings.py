"""What lies on a plate: each topping is a scrap of SVG around the point 0,0, at most some 20 units wide."""


def _slice(rim: str, flesh: str, lines: str) -> str:
    return (
        f'<circle r="8" fill="{rim}"/><circle r="6.6" fill="{flesh}"/>'
        f'<path d="M0-6V6M-5.2-3 5.2 3M-5.2 3 5.2-3" stroke="{lines}" stroke-width="1"/>'
    )


def _round(rim: str, inside: str, specks: str) -> str:
    dots = "".join(f'<circle cx="{x}" cy="{y}" r=".9"/>' for x, y in ((-3, -1), (1, -3), (3, 1), (-1, 3), (0, 0)))
    return f'<circle r="7" fill="{rim}"/><circle r="5.8" fill="{inside}"/><g fill="{specks}">{dots}</g>'


def _strokes(colour: str, path: str, width: float = 1.4) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _dots(colour: str, light: str, radius: float = 3) -> str:
    spots = "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for x, y in ((-4, -2), (3, -3), (0, 3), (6, 3)))
    return f'<g fill="{colour}">{spots}</g><g fill="{light}"><circle cx="-5" cy="-3" r="1"/><circle cx="2" cy="-4" r="1"/></g>'


def _leaf(colour: str, vein: str) -> str:
    return f'<path d="M-9 3Q-4-8 9-4 5 8-9 3Z" fill="{colour}"/>' + _strokes(vein, "M-8 3Q0 0 7-3", 0.9)


def _ribbon(colour: str, line: str) -> str:
    return f'<path d="M-11 3Q-8-7 0-3T11-5Q12 3 5 5T-11 3Z" fill="{colour}"/>' + _strokes(line, "M-8 1Q-4-3 0 0T8-2", 1)


def _scoop(colour: str, shade: str) -> str:
    return (
        f'<circle r="9" fill="{shade}"/><circle cx="-.6" cy="-.9" r="8.2" fill="{colour}"/>'
        '<path d="M-5-4Q-2-7 2-6" fill="none" stroke="#fff" stroke-width="1.4" stroke-linecap="round" opacity=".6"/>'
    )


EGG = (
    '<path d="M-14-2C-13-11-3-13 4-12S16-5 14 3 5 13-3 12-15 7-14-2Z" fill="#fffdf6"/>'
    '<circle r="6.5" fill="#f5a623"/><circle cx="-2" cy="-2" r="1.8" fill="#ffd579"/>'
)
TOPPINGS = {
    "egg": EGG,
    "halfegg": '<ellipse rx="8" ry="6" fill="#fffdf6"/><circle r="3.8" fill="#f5a01c"/><circle cx="-1" cy="-1" r="1.1" fill="#ffd579"/>',
    "scramble": '<path d="M-10 2Q-11-5-4-5-1-9 4-6 11-5 10 1 8 7 1 6-7 8-10 2Z" fill="#f8d04f"/><path d="M-5 0Q-1-3 2 0T7 1" fill="none" stroke="#e6b02c" stroke-width="1.5"/>',
    "ham": _ribbon("#f0a3a0", "#fbd3cf"),
    "curedham": _ribbon("#b8443f", "#f0b7a6"),
    "trout": _ribbon("#f28a5b", "#ffd2b5"),
    "bacon": _ribbon("#c4574a", "#f3c3a8"),
    "cheese": _strokes("#f7d678", "M-8-3-2-5M0-2 7-4M-6 2 1 1M2 4 8 3M-5 6-1 5", 2),
    "melt": '<path d="M-10-2Q-5-9 2-6T11 1Q7 9 0 6T-10-2Z" fill="#f9dc7e"/><path d="M-4-2q4-3 7 0" fill="none" stroke="#fff0b8" stroke-width="1.6"/>',
    "blue": '<circle r="7" fill="#f4ecd4"/><g fill="#6f8ba3"><circle cx="-2" cy="-2" r="1.5"/><circle cx="3" cy="1" r="1.2"/><circle cx="-1" cy="3" r="1"/></g>',
    "goat": '<circle r="7.5" fill="#e9dcc0"/><circle r="6.2" fill="#fffaf0"/><path d="M-3-2q3-2 5 0" fill="none" stroke="#e9dcc0"/>',
    "burrata": '<circle r="14" fill="#fffaf0"/><path d="M-6-6Q0-11 6-6" fill="none" stroke="#e8dfcc" stroke-width="2"/><circle cy="-9" r="3" fill="#f1e8d6"/>',
    "mushroom": '<path d="M-8-1Q-8-8 0-8T8-1Q5 1 2.5 0L2.5 6H-2.500V0Q-5 1-8-1Z" fill="#e9d3b0"/><path d="M-6-2Q0-5 6-2" fill="none" stroke="#b08a60" stroke-width="1.3"/>',
    "tomato": _slice("#c9302c", "#ee5a4b", "#f9a08f"),
    "yellowtomato": _slice("#e0971b", "#f8c146", "#fde3a0"),
    "cherry": '<circle r="4.5" fill="#d93a30"/><circle cx="-1.5" cy="-1.5" r="1.2" fill="#ff9c8c"/>',
    "lemon": _slice("#eec42d", "#fbe88a", "#fff8d6"),
    "lime": _slice("#5f9e36", "#b9d97a", "#ecf6cf"),
    "orange": _slice("#e67e17", "#f9a94a", "#fddcae"),
    "cucumber": _slice("#4f8f4a", "#d8ecb8", "#b4d38c"),
    "radish": _slice("#d6446f", "#fff3f4", "#f6d3da"),
    "leek": '<circle r="6" fill="#8fbf63"/><circle r="4.4" fill="#d4e8ad"/><circle r="2.4" fill="#a9d07a"/>',
    "onion": _strokes("#c25b86", "M-7 2A7 7 0 0 1 7 2M-4 3A4 4 0 0 1 4 3", 1.8),
    "caramelonion": _strokes("#b5702f", "M-9 0Q-4-6 0 0T9 0M-7 4Q-2-1 3 4", 2.2),
    "leaf": _leaf("#5f9e3f", "#a6cf83"),
    "darkleaf": _leaf("#2f6f45", "#78a984"),
    "herb": '<g fill="#4f9440"><ellipse cx="-3" rx="3" ry="1.4"/><ellipse cx="3" cy="-1" rx="3" ry="1.4"/><ellipse cy="3" rx="1.4" ry="2.6"/></g>',
    "dill": _strokes("#4d9150", "M0 8V-8M0 4-5 0M0 4 5 0M0-1-4-5M0-1 4-5", 1.2),
    "samphire": _strokes("#3f8f5c", "M-6 7Q-3 0-5-7M0 7Q2 0 0-8M6 6Q4 0 7-5", 2),
    "walnut": '<path d="M-6 0Q-7-6-1-5 5-8 7-2 8 5 2 5-4 8-6 0Z" fill="#b07a45"/>'
    + _strokes("#7e5128", "M-4-1Q0-3 0 3M3-3Q3 0 5 1"),
    "hazelnut": '<circle r="4" fill="#a8672f"/><path d="M-3.5-1.500A4 4 0 0 1 3.5-1.500Q0 .5-3.5-1.500Z" fill="#dcb07a"/>',
    "almond": '<path d="M-5 0Q0-5 6 0 0 4-5 0Z" fill="#f3ddb5" stroke="#c99a5b" stroke-width=".8"/>',
    "seed": '<g fill="#f1e3bf"><ellipse cx="-3" cy="-2" rx="1.7" ry="1"/><ellipse cx="2" cy="1" rx="1.7" ry="1"/><ellipse cx="-1" cy="4" rx="1.7" ry="1"/></g>',
    "kasha": '<g fill="#a97743"><path d="M-5-2l2-3 2 3zM1 1l2-3 2 3zM-3 5l2-3 2 3zM3-4l2-3 2 3z"/></g>',
    "chicken": '<path d="M-9 1Q-7-6 0-5T9 0Q7 6 0 5T-9 1Z" fill="#d99a4e"/>'
    + _strokes("#a3642a", "M-4-3-1 3M1-4 4 3", 1.6),
    "bite": '<path d="M-8 1Q-9-5-3-6 2-9 6-5 10 0 7 4 2 8-3 6-8 6-8 1Z" fill="#c9862f"/><g fill="#e9b868"><circle cx="-3" cy="-2" r="1.2"/><circle cx="2" cy="-3" r="1"/><circle cx="3" cy="2" r="1.2"/><circle cx="-2" cy="3" r="1"/></g>',
    "chickpea": _dots("#e0b56c", "#f6dfae"),
    "pea": _dots("#7db84a", "#c4e59b"),
    "berry": _dots("#5a3f86", "#a08bc6"),
    "prune": '<ellipse rx="6" ry="4.5" fill="#4a2d3a"/><path d="M-3-1q3-2 5 0" fill="none" stroke="#7d5967"/>',
    "olive": '<ellipse rx="5" ry="4" fill="#3a3440"/><ellipse cx="-.5" rx="1.6" ry="1.3" fill="#7d7486"/>',
    "carrot": '<path d="M-9-3 7-5Q10-1 7 2L-9 4Q-11 0-9-3Z" fill="#ee8a35"/>'
    + _strokes("#c9661c", "M-4-2-4 2M1-3 1 2", 1.2),
    "pepper": _strokes("#d9402f", "M-8 3Q-2-6 8-2", 3.6) + _strokes("#f58a75", "M-6 1Q-1-5 6-3", 1),
    "chilli": _strokes("#c8201f", "M-7 2Q0 4 7-4", 2.6) + _strokes("#4d8a3c", "M7-4 9-7", 1.6),
    "potato": '<ellipse rx="8" ry="5.5" fill="#e8bd5f"/><ellipse cx="-1" cy="-1" rx="5.5" ry="3.2" fill="#f6d98d"/>',
    "gherkin": '<ellipse rx="8" ry="3.2" fill="#6d9440"/><path d="M-5-1h1M0-1h1M4 0h1M-2 1h1" stroke="#b5d07f" stroke-width="1.5"/>',
    "avocado": '<path d="M-9 4Q-6-8 4-8 11-5 8 3 2 8-9 4Z" fill="#4f7d35"/><path d="M-7 3Q-4-6 4-6 9-4 6 2 2 6-7 3Z" fill="#d7e39a"/>',
    "broccoli": '<path d="M-2 2h4v7h-4z" fill="#a7c97a"/><g fill="#4b8b3c"><circle cx="-4" r="4"/><circle cx="4" r="4"/><circle cy="-4" r="4.5"/></g><g fill="#7db562"><circle cx="-4" cy="-1" r="1.3"/><circle cx="2" cy="-5" r="1.3"/></g>',
    "aubergine": '<ellipse rx="8" ry="6" fill="#4c2f55"/><ellipse rx="6.5" ry="4.6" fill="#d9c19a"/>'
    + _strokes("#a8875b", "M-3-1h2M1 1h2"),
    "andouille": '<circle r="7.5" fill="#5b3b2c"/><circle r="6" fill="#d8a68f"/><circle r="4.2" fill="#8d5b48"/><circle r="2.6" fill="#deb09b"/><circle r="1.2" fill="#8d5b48"/>',
    "chorizo": _round("#8f1f1b", "#c23a2a", "#f2b9a0"),
    "scallop": '<circle r="8" fill="#f7ead0"/><circle r="5.5" fill="#d9a35a"/><circle r="3.6" fill="#e9c07f"/>',
    "shrimp": _strokes("#f0876b", "M-5 4A6 6 0 1 1 5 4", 4) + _strokes("#ffd0bf", "M-5.5-1A6 6 0 0 1 4-3", 1.2),
    "sardine": '<path d="M-13 0Q-4-7 8-1L13-5V5L8 1Q-4 7-13 0Z" fill="#8fa6b5"/><path d="M-12 0Q-3-4 8 0" fill="none" stroke="#dbe6ec" stroke-width="1.5"/><circle cx="-9" cy="-1" r="1" fill="#2f3d47"/>',
    "apple": '<path d="M-8 2Q0-9 8 2 0 6-8 2Z" fill="#f6e7b4"/>' + _strokes("#c8433a", "M-8 2Q0-9 8 2", 1.6),
    "caramelapple": '<path d="M-8 2Q0-9 8 2 0 7-8 2Z" fill="#dd9a3c"/>' + _strokes("#a9621c", "M-8 2Q0-9 8 2", 1.4),
    "strawberry": '<path d="M-6-4Q0-8 6-4 6 3 0 8-6 3-6-4Z" fill="#e0383e"/><path d="M-3.5-3Q0-5 3.5-3 3 2 0 5-3 2-3.5-3Z" fill="#f7868a"/><path d="M-4-5 0-9 4-5 0-4Z" fill="#5f9e3f"/>',
    "banana": '<circle r="6.5" fill="#e9bf5a"/><circle r="5.3" fill="#fbe9ae"/><g fill="#b98a3c"><circle r=".8" cy="-1.5"/><circle r=".8" cx="-1.3" cy="1"/><circle r=".8" cx="1.3" cy="1"/></g>',
    "peach": '<path d="M-8 3Q0-9 8 3 0 7-8 3Z" fill="#f7b15c"/>' + _strokes("#e06f3c", "M-8 3Q0-9 8 3", 1.6),
    "mint": '<path d="M0 0Q-9-6-10 1-5 5 0 0ZM0 0Q4-9 9-5 8 1 0 0Z" fill="#4fa05c"/>',
    "cream": '<path d="M-9 4Q-10-3-4-3-3-9 1-8 2-4 5-4 10-2 8 4 0 8-9 4Z" fill="#fffaf1"/>'
    + _strokes("#e9ddca", "M-5 2Q0-1 5 2M-2-3Q1-4 3-2", 1.2),
    "crouton": '<path d="M-5-4 4-5 5 4-4 5Z" fill="#b98447"/><path d="M-3-3 2-3 3 2-2 3Z" fill="#dcae74"/>',
    "toast": '<path d="M-11-7Q0-12 11-7V7Q0 10-11 7Z" fill="#8a5a32"/><path d="M-9-5Q0-9 9-5V5Q0 8-9 5Z" fill="#d2a36a"/>',
    "shard": '<path d="M-11 5-3-9 10-4 6 8Z" fill="#8f6844"/><path d="M-7 4-2-6 6-3 4 5Z" fill="#a9805a"/><g fill="#6d4b2e"><circle cx="-1" r="1"/><circle cx="3" cy="2" r=".8"/></g>',
    "roll": '<path d="M-13-6H11Q15-6 15 0T11 6H-13Z" fill="#a4774c"/><ellipse cx="-13" rx="3.4" ry="6" fill="#e9d9a8"/><path d="M-13-2a2 2 0 0 1 0 4" fill="none" stroke="#7b9d54" stroke-width="1.5"/>',
    "sauce": '<circle r="12" fill="#fff" opacity=".9"/><circle r="9.5" fill="#f4f0df"/><path d="M-4 0Q0-4 4 0" fill="none" stroke="#6a9b4c" stroke-width="1.5"/>',
    "vanilla": _scoop("#f9ebc4", "#e6cf96"),
    "buckwheatice": _scoop("#c9a986", "#a5825c"),
    "caramelice": _scoop("#dea35a", "#b9792f"),
    "sorbet": _scoop("#ef7d86", "#cf5660"),
    "butter": '<path d="M-7-3 3-6 8 2-2 6Z" fill="#fbe58f"/><path d="M-7-3-2 6V8.500L-7 0Z" fill="#e2c25c"/>',
    "sugar": '<g fill="#fff"><circle cx="-4" cy="-2" r="1"/><circle cx="1" cy="-4" r="1"/><circle cx="4" cy="1" r="1"/><circle cx="-1" cy="3" r="1"/></g>',
    "jam": '<path d="M-8 1Q-6-7 1-6T9 1Q4 8-2 6T-8 1Z" fill="#c4283f"/><path d="M-4-2q3-3 6-1" fill="none" stroke="#f08a98" stroke-width="1.5"/>',
    "spice": _strokes("#a9683a", "M-9 3 8-5", 3.4) + _strokes("#d69f6d", "M-8 2 7-5", 1),
    "flame": '<path d="M0 9Q-9 5-5-3-3 0-2 0-3-7 3-12 2-5 6-2 9 5 0 9Z" fill="#f39a2b"/><path d="M0 8Q-4 5-1 0 2-3 3 1 5 5 0 8Z" fill="#ffe08a"/>',
    "flake": _strokes("#5a3420", "M-4-2 3 2M-1 4 4-4M-6 3-3 4", 1.8),
}
