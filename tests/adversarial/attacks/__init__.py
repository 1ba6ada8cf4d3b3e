"""All attacks, by family, in the order of the table."""

from tests.adversarial.attack import Attack, Family
from tests.adversarial.attacks import (
    blowups,
    bombs,
    cheats,
    endings,
    forgeries,
    hooks,
    liars,
    network,
    patches,
    reading,
    redefined,
    targets,
    writing,
)

FAMILIES: dict[str, Family] = {
    module.__name__.rpartition(".")[2]: module.FAMILY
    for module in (
        redefined, liars, patches, hooks, forgeries, reading, writing, network, bombs, endings,
        blowups, cheats, targets,
    )
}  # fmt: skip

ATTACKS: dict[str, Attack] = {
    attack.name: attack for family in FAMILIES.values() for attack in family.attacks
}
