"""The bare application's pages: the same facts and about the same markup as ours, in plain Jinja."""

MENU = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Menu</title><link rel="stylesheet" href="/static/shop.css"><script type="module" src="/static/shop.js"></script>
</head><body><header><a href="/">Bench</a></header><main id="main"><h1>Bench</h1>
<form id="add" method="post"></form>
<nav>{% for category in categories %}<a href="#c-{{ category.slug }}">{{ category.name }}</a>{% endfor %}</nav>
{% for category in categories %}
<section class="category" id="c-{{ category.slug }}" aria-labelledby="h-{{ category.slug }}">
<h2 id="h-{{ category.slug }}">{{ category.name }}</h2>
<ul class="dishes">{% for product in products if product.category_id == category.id %}
<li class="dish" data-diets="{{ product.diets|join(" ") }}">
<div><h3><a href="/d/{{ product.sku }}" data-sheet-link>{{ product.name }}</a></h3>
{% if product.description %}<p class="dish-line">{{ product.description }}</p>{% endif %}
<p class="dish-foot"><span class="price">€{{ "%.2f"|format(product.price / 100) }}</span>
{% for diet in product.diets %}<span class="diet diet-{{ diet }}">{{ diet|capitalize }}</span>{% endfor %}</p>
{% if product.allergens is none %}<p class="allergens">Allergens not declared</p>
{% elif product.allergens %}<p class="allergens">{{ product.allergens|join(", ")|capitalize }}</p>{% endif %}</div>
<div class="dish-side dish-plain">{% if product.quick %}<button class="dish-add" form="add"
 formaction="/d/{{ product.sku }}" name="quantity" value="1" aria-label="Add {{ product.name }}">
<svg class="icon" width="24" height="24" aria-hidden="true"><use href="/static/icons.svg#plus"></use></svg></button>
{% endif %}</div></li>{% endfor %}</ul></section>{% endfor %}
</main></body></html>"""

CHECKOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Order</title><link rel="stylesheet" href="/static/shop.css"></head>
<body><main><h1>Your order</h1><ul>{% for line in lines %}<li>{{ line.quantity }} × {{ line.name }}
<span class="price">€{{ "%.2f"|format(line.price * line.quantity / 100) }}</span></li>{% endfor %}</ul>
<p>Total €{{ "%.2f"|format(total / 100) }}</p>
<form method="post" action="/place"><label>Name <input name="name"></label><button>Pay</button></form>
</main></body></html>"""
