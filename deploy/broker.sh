#!/usr/bin/env bash
# A real one-node Apache Kafka 4.2 (KRaft) for trying hotline out and for the broker tier of the tests.
#
#   deploy/broker.sh start    fetch (once), format (once), start, wait until it answers
#   deploy/broker.sh stop     stop it; the records stay
#   deploy/broker.sh kill     kill -9, as a crash would
#   deploy/broker.sh status   say whether it runs
#   deploy/broker.sh clean    stop it and delete its records
#
# Needs Java 17 or newer, and one of: Maven (fetches the jars from Maven Central), or KAFKA_HOME pointing at an unpacked
# Apache Kafka 4.x tarball. Any other broker works as well: give hotline its address and leave this script alone.
#
# HOTLINE_BROKER_DIR         where jars, records and logs go   (default: target/broker in the repository)
# HOTLINE_BROKER_PORT        client port on 127.0.0.1          (default: 29092; the controller takes the next one)
# HOTLINE_BROKER_LIBS        the jars                          (default: libs in that folder)
# HOTLINE_BROKER_PROPERTIES  a file of settings that win over these: listeners with TLS or SASL, smaller limits
# HOTLINE_BROKER_SCRAM       users made when it is formatted, one a line: SCRAM-SHA-512=[name=USER,password=PASSWORD]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${HOTLINE_BROKER_DIR:-$here/../target/broker}
port=${HOTLINE_BROKER_PORT:-29092}
controller_port=$((port + 1))
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
pid_file=$dir/pid
libs=${HOTLINE_BROKER_LIBS:-$dir/libs}
start_seconds_max=90

fail() { printf 'broker.sh: %s\n' "$1" >&2; exit 1; }

is_running() { [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

class_path() {
  if [ -n "${KAFKA_HOME:-}" ]; then
    [ -d "$KAFKA_HOME/libs" ] || fail "KAFKA_HOME=$KAFKA_HOME has no libs/ folder: unpack an Apache Kafka 4.x tarball there"
    printf '%s/libs/*' "$KAFKA_HOME"
  else
    printf '%s/*' "$libs"
  fi
}

fetch() {
  [ -n "${KAFKA_HOME:-}" ] && return
  [ -f "$libs/.complete" ] && return
  command -v mvn >/dev/null || fail "neither KAFKA_HOME nor Maven (mvn) is there: install Maven, or unpack an Apache Kafka 4.x tarball and set KAFKA_HOME"
  printf 'broker.sh: fetching Apache Kafka 4.2.0 from Maven Central into %s\n' "$libs" >&2
  mvn -q -B -f "$here/broker/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$libs" >&2
  touch "$libs/.complete"
}

configure() {
  cat > "$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
log.dirs=$dir/records
PROPERTIES
  [ -z "${HOTLINE_BROKER_PROPERTIES:-}" ] || cat "$HOTLINE_BROKER_PROPERTIES" >>"$dir/server.properties"
  [ -f "$dir/records/meta.properties" ] && return
  local id user users=()
  while read -r user; do [ -z "$user" ] || users+=(--add-scram "$user"); done <<<"${HOTLINE_BROKER_SCRAM:-}"
  id=$(java -cp "$(class_path)" kafka.tools.StorageTool random-uuid 2>/dev/null)
  java -cp "$(class_path)" kafka.tools.StorageTool format -t "$id" -c "$dir/server.properties" "${users[@]}" >/dev/null 2>&1 \
    || fail "formatting $dir/records failed: run it by hand with java -cp '$(class_path)' kafka.tools.StorageTool format -t $id -c $dir/server.properties"
}

start() {
  if is_running; then
    printf 'broker.sh: already running on 127.0.0.1:%s\n' "$port" >&2
    return
  fi
  command -v java >/dev/null || fail "Java is not there: install a Java runtime, version 17 or newer"
  answers && fail "something else listens on 127.0.0.1:$port: set HOTLINE_BROKER_PORT to a free port"
  fetch
  configure
  setsid nohup java -Xms256m -Xmx512m "-Dlog4j2.configurationFile=$here/broker/log4j2.properties" \
    -cp "$(class_path)" kafka.Kafka "$dir/server.properties" >>"$dir/broker.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  local deadline=$((SECONDS + start_seconds_max))
  until answers; do
    is_running || fail "the broker stopped while starting: see $dir/broker.log"
    [ $SECONDS -lt $deadline ] || fail "no answer on 127.0.0.1:$port within $start_seconds_max s: see $dir/broker.log"
    sleep 0.2
  done
  printf 'broker.sh: Apache Kafka on 127.0.0.1:%s (log: %s/broker.log)\n' "$port" "$dir" >&2
}

halt() {
  is_running || { rm -f "$pid_file"; return 0; }
  kill "-$1" "$(cat "$pid_file")"
  while is_running; do sleep 0.1; done
  rm -f "$pid_file"
}

case ${1:-} in
  start) start ;;
  stop) halt TERM ;;
  kill) halt KILL ;;
  status) if is_running; then echo "running on 127.0.0.1:$port"; else echo "not running"; exit 1; fi ;;
  clean) halt KILL; rm -rf "$dir/records" "$dir/broker.log" ;;
  *) sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
