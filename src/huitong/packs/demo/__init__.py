"""The demo city 皋城市: its declarations, and the generator of its departments' data. Everybody in it is invented."""

from huitong.packs.demo.generator.city import CityReport, Holding, city_folder, city_state, generate_city, truth_path
from huitong.packs.demo.generator.pages import serve_city_pages
from huitong.packs.demo.generator.tick import TableChange, TickReport, tick_city
from huitong.packs.demo.generator.truth_counts import TruthCounts, truth_counts
from huitong.packs.demo.generator.workshop import CityState

__all__ = [
    "CityReport",
    "CityState",
    "Holding",
    "TableChange",
    "TickReport",
    "TruthCounts",
    "city_folder",
    "city_state",
    "generate_city",
    "serve_city_pages",
    "tick_city",
    "truth_counts",
    "truth_path",
]
