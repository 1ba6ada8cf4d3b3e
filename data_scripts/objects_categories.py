"""The 97 categories: their names, who draws them, and how freely they turn."""

from collections.abc import Callable

from data_scripts import objects_animals as animals
from data_scripts import objects_home as home
from data_scripts import objects_kitchen as kitchen
from data_scripts import objects_outdoors as outdoors
from data_scripts import objects_workshop as workshop
from data_scripts.objects_pen import Pen

Drawing = Callable[[Pen], None]

# What stands, sits or swims is seen more or less upright; what lies about is turned more.
UPRIGHT: tuple[Drawing, ...] = (
    animals.cat, animals.crab, animals.duck, animals.elephant, animals.fish, animals.flamingo,
    animals.giraffe, animals.octopus, animals.owl, animals.penguin, animals.rabbit, animals.snail,
    animals.turtle,
    home.bed, home.boot, home.camera, home.candle, home.chair, home.clock, home.crown,
    home.glasses, home.hourglass, home.lamp, home.shirt, home.telephone, home.television,
    home.umbrella, home.windmill,
    kitchen.apple, kitchen.bottle, kitchen.cake, kitchen.cherries, kitchen.cup, kitchen.grapes,
    kitchen.hamburger, kitchen.ice_cream, kitchen.kettle, kitchen.mushroom, kitchen.pineapple,
    kitchen.pot, kitchen.toaster, kitchen.wine_glass,
    outdoors.bicycle, outdoors.bus, outdoors.cactus, outdoors.car, outdoors.fir_tree,
    outdoors.helicopter, outdoors.hot_air_balloon, outdoors.locomotive, outdoors.palm_tree,
    outdoors.rocket, outdoors.sailboat, outdoors.sunflower, outdoors.tractor, outdoors.tulip,
    outdoors.wheelbarrow,
    workshop.bell, workshop.drum, workshop.harp, workshop.piano,
)  # fmt: skip
LOOSE: tuple[Drawing, ...] = (
    animals.ant, animals.butterfly, animals.snake, animals.spider, animals.starfish,
    home.anchor, home.book, home.key, home.kite, home.light_bulb, home.padlock, home.scissors,
    home.tennis_racket,
    kitchen.banana, kitchen.carrot, kitchen.corkscrew, kitchen.fork, kitchen.frying_pan,
    kitchen.knife, kitchen.rolling_pin, kitchen.spoon, kitchen.whisk,
    workshop.accordion, workshop.axe, workshop.broom, workshop.gear, workshop.guitar,
    workshop.hammer, workshop.ladder, workshop.magnet, workshop.pliers, workshop.saw,
    workshop.saxophone, workshop.screwdriver, workshop.shovel, workshop.trumpet,
)  # fmt: skip

CATEGORIES: dict[str, tuple[Drawing, str]] = {
    drawing.__name__: (drawing, stance)
    for drawing, stance in sorted(
        [(drawing, "upright") for drawing in UPRIGHT] + [(drawing, "loose") for drawing in LOOSE],
        key=lambda pair: pair[0].__name__,
    )
}
"""Who draws a category, and a key of ``objects_scene.TILT``; in the order of the labels."""

NAMES = tuple(CATEGORIES)
