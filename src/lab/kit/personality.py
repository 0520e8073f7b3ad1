"""How one pair behaves: the default, or drawn from the seed. Both hosts of a pair run the same version, so they look alike."""

import random

# Name, type and whether every installation has it: the list differs by version (contract: status-oms.sh).
RESOURCES = (("acs", "Single_active", True), ("aos", "Single_active", False), ("controller", "Single_active", True),
             ("filesync", "Active_standby", True), ("floatip", "Single_active", True), ("fms", "Single_active", False),
             ("gaussDB", "Active_standby", True), ("heartBeatCheck", "Single_active", False), ("httpd", "Single_active", True),
             ("ntp", "Active_standby", False), ("oldap", "Active_standby", False), ("tomcat", "Single_active", False))
BANNER = """*********************************************************
*  Authorized users only. All activity may be monitored. *
*********************************************************
"""
BANNERS = (BANNER, "", "Welcome to EulerOS 2.0\n\nLast login: Tue Nov 18 23:43:02 2014 from 192.168.0.1\n",
           "\033[1;33mNOTICE\033[0m: this node is monitored", "HAMode\ndouble\nNodeName HostName\n",
           "".join(f"line {number} of a long banner\n" for number in range(40)))
# Presentation and timing only: nothing here makes a healthy pair fail.
PRESENTATION = ("no-start-time", "one-table", "header-variant", "coloured", "blank-line-absent", "underscore-names",
                "wide-columns", "prompt-stdin", "prompt-echo", "prompt-late-echo-off", "traditional-keys", "reads-certha",
                "restart-holds-stdout", "swap-rows", "capital-health", "status-error-when-down", "wrong-password-fails-at-once")


def bigdata_home(randomised, seed, number, layout):
    """Where the product of a pair lies. 3.x knows two places (contract: Layouts); of three pairs each has one of them."""
    places = ("opt/Bigdata", "opt/huawei/Bigdata")
    return places[(seed + number // 2) % 2] if randomised and layout == "3x" else places[0]


def draw(lab, pair):
    if not lab.randomised:
        return {"variant": {}, "banner": BANNER, "restart_seconds": lab.restart_seconds,
                "resources": [f"{name}:{kind}" for name, kind, always in RESOURCES if always]}
    rng = random.Random(f"{lab.seed} {pair}")
    variant = {name: "" for name in PRESENTATION if rng.random() < 0.35}
    variant["gen-prompts"] = str(rng.choice((1, 2, 3)))
    variant["settle"] = f"{rng.uniform(0.1, 2):.1f}"
    return {"variant": variant, "banner": rng.choice(BANNERS), "restart_seconds": f"{rng.uniform(0.2, 3):.1f}",
            "resources": [f"{name}:{kind}" for name, kind, always in RESOURCES if always or rng.random() < 0.5]}
