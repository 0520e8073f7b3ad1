# Lays out the two tables of the contract. Each option is a way in which versions are known, or feared, to differ.
function on(option) { return index(options, " " option " ") > 0 }
function node(address) { gsub(/\./, on("underscore-names") ? "_" : "-", address); return address }
function cell(text, width, colour) {
  text = sprintf("%-" (width + (on("wide-columns") ? 9 : 0)) "s", text)
  return on("coloured") && colour ? "\033[" colour "m" text "\033[0m" : text
}
function hue(text) { return text ~ /^(normal|Normal|active|Active_normal|Standby_normal|standby)$/ ? "1;32" : "1;31" }
$1 == "node" { nodes[++count] = $0 }
$1 == "res" { resources[++listed] = $0 }
END {
  print on("header-variant") ? "Ha mode" : "HAMode"
  print on("single-mode") ? "single" : "double"
  print cell("NodeName", 21) " " cell("HostName", 29) " " cell("HAVersion", 18) " " cell("StartTime", 24) " " \
    cell("HAActive", 20) " " cell("HAAllResOK", 20) " " "HARunPhase"
  for (i = 1; i <= count; i++) {
    split(nodes[on("swap-rows") ? count + 1 - i : i], f, "\t")
    if (on("single-mode") && f[2] != me) continue
    if (on("two-actives")) { f[6] = "active"; f[8] = "Actived" }
    if (on("alone-active")) { f[6] = f[2] == me ? "active" : "standby"; f[8] = f[2] == me ? "Actived" : "Deactived" }
    if (on("no-active")) { f[6] = "standby"; f[8] = "Deactived" }
    if (on("roles-never-settle")) { f[6] = "NULL"; f[8] = "Activating" }
    if (on("unknown-values")) { f[6] = "--"; f[7] = "--" }
    if (on("capital-health")) sub(/^n/, "N", f[7])
    if (behind && f[5] ~ /^[0-9]/) {
      gsub(/[-:]/, " ", f[5])
      f[5] = strftime("%Y-%m-%d %H:%M:%S", mktime(f[5]) - behind * 3600)
    }
    if (on("start-time-one-word")) sub(/ /, "_", f[5])
    print cell(node(f[2]), 21) " " cell(f[3], 29) " " cell(f[4], 18) " " cell(on("no-start-time") ? "" : f[5], 24) " " \
      cell(f[6], 20, hue(f[6])) " " cell(f[7], 20, hue(f[7])) " " f[8]
  }
  if (on("one-table")) exit
  if (!on("blank-line-absent")) print ""
  print cell("NodeName", 17) " " cell("ResName", 12) " " cell("ResStatus", 16) " " cell("ResHAStatus", 13) " ResType"
  for (i = 1; i <= listed; i++) {
    split(resources[i], f, "\t")
    if (on("single-mode") && f[2] != me) continue
    print cell(node(f[2]), 17) " " cell(f[3], 12) " " cell(f[4], 16, hue(f[4])) " " cell(f[5], 13, hue(f[5])) " " f[6]
  }
}
