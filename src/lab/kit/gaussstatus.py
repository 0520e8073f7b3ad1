"""The texts in which the openGauss commands show versions and states (contract: stop, start, status)."""

import node as nodes

BUILDS = {"3.0": ("3.0.0", "02c14696", "2022-04-01 18:12:00"), "5.0": ("5.0.0", "a07d57c3", "2023-03-29 03:37:13"),
          "6.0": ("6.0.0", "aee4abd5", "2024-09-29 18:41:23")}


def version(program, here, product="openGauss"):
    number, build, compiled = BUILDS[here.version]
    return f"{program} ({product} {number} build {build}) compiled at {compiled} commit 0 last mr  "


def cluster_state(here, states):
    shown = here.switched("cluster-state")
    if shown:
        return shown
    if not any(state.startswith("Primary Normal") for state in states.values()):
        return "Unavailable"
    return "Normal" if all(state in ("Primary Normal", "Standby Normal") for state in states.values()) else "Degraded"


def brief(here, states):
    line = "-" * 71
    return (f"{line}\n\ncluster_name    : {here.cluster}\ncluster_state   : {cluster_state(here, states)}\n"
            f"redistributing  : No\n\n{line}\n")


def detailed(here, states):
    parts = []
    name_width = max(len(other["name"]) for other in here.nodes)
    if here.cm and all(state.endswith("Manually stopped") for state in states.values()):
        # Its servers are stopped with the database, and nobody else knows the state of the cluster.
        return "cm_ctl: can't connect to cm_server.\nMaybe cm_server is not running, or timeout expired. Please try again.\n"
    if here.cm:
        rows = [f"{other['number']}  {other['name']:{name_width}} {other['address']:15} {other['number']:<4} "
                f"{other['prefix']}/cm/cm_server {'Primary' if other['number'] == 1 else 'Standby'}" for other in here.nodes]
        head = f"{'node':{name_width + 3}} {'node_ip':15} {'instance':{rows[0].rindex(' ') - name_width - 19}}state"
        parts += ["[  CMServer State   ]", "", head, "-" * max(map(len, [head, *rows])), *rows, ""]
    parts += ["[   Cluster State   ]", "", f"cluster_state   : {cluster_state(here, states)}", "redistributing  : No"]
    if here.cm:
        parts += ["balanced        : Yes" if all(states[other["name"]].startswith("Primary") == (other["role"] == "P")
                                                 for other in here.nodes) else "balanced        : No"]
    parts += ["current_az      : AZ_ALL", "", "[  Datanode State   ]", ""]
    heads, rows = zip(*(datanode(here, other, states[other["name"]], name_width) for other in here.nodes))
    if here.version < "5" or here.switched("joined-lines") is not None:
        head, rows = " | ".join(f"{head:{len(row)}}" for head, row in zip(heads, rows)), [" | ".join(rows)]
    else:
        head = heads[0]
    if here.switched("header-run-together") is not None:
        head = head.replace(" ", "")
    return "\n".join([*parts, head.rstrip(), "-" * max(map(len, [head, *rows])), *rows]) + "\n"


def datanode(here, other, state, name_width):
    """Header and row of one datanode."""
    port = here.switched("no-port-column") is None
    directory = other["data"]
    if here.cm:
        instance = f"{6000 + other['number']} {f'{here.port}  ' if port else ''}{directory}"
        return (f"{'node':{name_width + 3}} {'node_ip':15} {'instance':{len(instance) + 1}}state",
                f"{other['number']}  {other['name']:{name_width}} {other['address']:15} {instance} {other['role']} {state}")
    instance = f"{6000 + other['number']} {directory}"
    middle = f"{here.port:<10} " if port else ""
    return (f"    {'node':{name_width}}{'node_ip':16}{'port      ' if port else ''} {'instance':{len(instance) + 2}} state",
            f"{other['number']}  {other['name']:{name_width}} {other['address']:15} {middle}{instance}   {other['role']} {state}")


def query(here):
    """gs_ctl query of a running node."""
    state = nodes.state(here)
    role, _, detail = state.partition(" ")
    good = detail == "Normal"
    lines = [" HA state:           ", f"\tlocal_role                     : {role}",
             f"\tstatic_connections             : {len(here.nodes) - 1}",
             f"\tdb_state                       : {detail.partition('(')[0]}",
             f"\tdetail_information             : {'Normal' if good else detail.partition('(')[2].rstrip(')') or detail}", ""]
    lines += [" Senders info:       ", *(senders(here) if role == "Primary" else ["No information "]), "",
              " Receiver info:      ", *(receiver(here) if role == "Standby" else ["No information "]), ""]
    return "\n".join(lines) + "\n"


def senders(here):
    found = []
    for name, address in ((other["name"], other["address"]) for other in here.nodes if other["name"] != here.name):
        row = nodes.sql(here, "SELECT pid, state, sent_lsn, replay_lsn, client_port FROM pg_stat_replication "
                              f"WHERE application_name = '{name}'")
        if row and len(row) == 5:
            pid, state, sent, replayed, port = row
            found += [f"\tsender_pid                     : {pid}", "\tlocal_role                     : Primary",
                      "\tpeer_role                      : Standby", "\tpeer_state                     : Normal",
                      f"\tstate                          : {state.capitalize()}",
                      f"\tsender_sent_location           : {sent}", f"\treceiver_replay_location       : {replayed}",
                      "\tsync_percent                   : 100%", "\tsync_state                     : Async",
                      f"\tchannel                        : {here.address}:{here.port + 1}-->{address}:{port}", ""]
    return found or ["No information "]


def receiver(here):
    row = nodes.sql(here, "SELECT pid, status, flushed_lsn, sender_host, sender_port FROM pg_stat_wal_receiver")
    if not row or len(row) != 5:
        return ["No information "]
    pid, status, flushed, host, port = row
    return [f"\treceiver_pid                   : {pid}", "\tlocal_role                     : Standby",
            "\tpeer_role                      : Primary", "\tpeer_state                     : Normal",
            f"\tstate                          : {'Normal' if status == 'streaming' else status.capitalize()}",
            f"\treceiver_flush_location        : {flushed}", "\tsync_percent                   : 100%",
            f"\tchannel                        : {here.address}:*<--{host}:{port}"]
