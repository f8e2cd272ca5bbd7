#!/usr/bin/env bash
# A real schema registry, Apicurio Registry 3.0.9 with its schemas in memory, for trying the wire format out and for its test.
#
#   deploy/registry.sh start    fetch (once), start, wait until it answers, print the URL of its Confluent protocol
#   deploy/registry.sh stop     stop it; its schemas are gone
#   deploy/registry.sh status   say whether it runs
#
# Needs Java 17 or newer and Maven, which fetches it from Maven Central (109 MB).
#
# HOTLINE_REGISTRY_DIR   where it and its log go   (default: target/registry in the repository)
# HOTLINE_REGISTRY_PORT  port on 127.0.0.1         (default: 28081)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${HOTLINE_REGISTRY_DIR:-$here/../target/registry}
port=${HOTLINE_REGISTRY_PORT:-28081}
version=3.0.9
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
pid_file=$dir/pid
start_seconds_max=90
url=http://127.0.0.1:$port/apis/ccompat/v7

fail() { printf 'registry.sh: %s\n' "$1" >&2; exit 1; }

is_running() { [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }

# Its port is open before it can answer.
answers() {
  local line=
  { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  printf 'GET /apis/ccompat/v7/subjects HTTP/1.0\r\n\r\n' >&3
  read -r -t 5 line <&3 || true
  exec 3>&-
  [[ $line == *' 200 '* ]]
}

fetch() {
  [ -f "$dir/.complete" ] && return
  command -v mvn >/dev/null || fail "Maven (mvn) is not there: install it"
  printf 'registry.sh: fetching Apicurio Registry %s from Maven Central into %s\n' "$version" "$dir" >&2
  mvn -q -B dependency:copy "-Dartifact=io.apicurio:apicurio-registry-app:$version:tar.gz:all" "-DoutputDirectory=$dir" >&2
  tar -xzf "$dir/apicurio-registry-app-$version-all.tar.gz" -C "$dir"
  rm "$dir/apicurio-registry-app-$version-all.tar.gz"
  touch "$dir/.complete"
}

start() {
  if is_running; then
    printf '%s\n' "$url"
    return
  fi
  command -v java >/dev/null || fail "Java is not there: install a Java runtime, version 17 or newer"
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && fail "something else listens on 127.0.0.1:$port: set HOTLINE_REGISTRY_PORT"
  fetch
  setsid nohup java -Xmx400m "-Dquarkus.http.port=$port" -Dquarkus.http.host=127.0.0.1 \
    -jar "$dir/apicurio-registry-app-$version-runner.jar" >"$dir/registry.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  local deadline=$((SECONDS + start_seconds_max))
  until answers; do
    is_running || fail "the registry stopped while starting: see $dir/registry.log"
    [ $SECONDS -lt $deadline ] || fail "no answer on 127.0.0.1:$port within $start_seconds_max s: see $dir/registry.log"
    sleep 0.2
  done
  printf '%s\n' "$url"
}

stop() {
  is_running || { rm -f "$pid_file"; return 0; }
  kill "$(cat "$pid_file")"
  while is_running; do sleep 0.1; done
  rm -f "$pid_file"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  status) if is_running; then echo "running: $url"; else echo "not running"; exit 1; fi ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
