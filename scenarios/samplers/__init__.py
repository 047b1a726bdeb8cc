"""Arguments for each query class, drawn from the population that filled the database."""

from scenarios.samplers.shop import ShopSource, shop_source

__all__ = ["ShopSource", "shop_source"]
