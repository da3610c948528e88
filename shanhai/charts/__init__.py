"""Charts: one theme, findings with their claims, and a renderer that writes them as SVG."""

from shanhai.charts.finding import finding
from shanhai.charts.renderer import enable
from shanhai.charts.theme import COLORS, actor_scale

__all__ = ["COLORS", "actor_scale", "enable", "finding"]
