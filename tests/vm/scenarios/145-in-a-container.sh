# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # out, err, work, JSON_TWIN: lib.sh
# The docker run lines of docs/containers.md: pwru in namespaces of its own, on a root that has nothing
# else and is read-only, with only those capabilities, without tracefs, and as that container's process 1.
# kernels: 5.10 7.2
JSON_TWIN= # it would be in a container too, which stops on SIGTERM only
cat >"$work/contained" <<'EOF'
#!/bin/bash
# What a container engine does by default, with Docker's list of hidden and read-only places.
# $CAPABILITIES: "+bpf,+syslog". $HOST: 1 is --pid host, --network host and -v /run/netns:/run/netns:ro.
root=/run/container
fill_and_enter() {
    set -e
    mount -t tmpfs container $root
    mkdir -p $root/proc $root/sys $root/dev $root/run/{work,netns}
    cp /usr/bin/pwru /bin/busybox $root
    mount -t sysfs -o ro sysfs $root/sys
    mount --bind /run/work $root/run/work
    if [ -n "$HOST" ]; then
        mount --rbind /proc $root/proc
        mount --rbind /run/netns $root/run/netns
    else
        mount -t proc proc $root/proc
    fi
    mount --bind /dev/null $root/proc/kcore
    mount --bind $root/proc/sys $root/proc/sys
    mount -o remount,ro,bind $root/proc/sys
    mount -o remount,ro $root
    cd $root
    mount --move . /
    exec chroot . /busybox setpriv --nnp --inh-caps=-sys_admin,-sys_chroot,-dac_override /pwru "$@"
}
mkdir -p $root
own=-muif
[ -n "$HOST" ] || own=-muinpf
# Capabilities outside the bounding set come from the inheritable set only, which is empty at the end.
setpriv --inh-caps=+sys_admin,+sys_chroot,+dac_override setpriv --bounding-set="-all,$CAPABILITIES" \
    unshare $own bash -c "root=$root; $(declare -f fill_and_enter); fill_and_enter \"\$@\"" - "$@" &
child=$!
# The engine forwards signals to process 1 of the container.
# shellcheck disable=SC2046  # one word a process
trap 'kill -TERM $(cat /proc/$child/task/$child/children)' TERM
status=0
wait $child || status=$?
while kill -0 $child 2>/dev/null; do
    status=0
    wait $child || status=$?
done
exit $status
EOF
chmod 755 "$work/contained"

# container [CAPABILITY...]: what $PWRU is from here on; without arguments it has the least.
container() {
    export CAPABILITIES=+bpf,+perfmon,+syslog
    kernel_at_least 5.11 || CAPABILITIES+=,+sys_resource
    # Debian's kernel.perf_event_paranoid is 3.
    has_kprobe_multi || CAPABILITIES+=,+sys_admin
    local capability
    for capability; do CAPABILITIES+=,+$capability; done
    export PWRU=$work/contained
}
stop_container() { # as `docker stop` does
    kill -TERM "$pwru_pid"
    expect_exit 0
    expect_stderr 'events printed'
}

# Traffic of this machine and of another container is seen.
namespace blue
export HOST=
container
start_pwru --filter-track-skb --output-stack --output-caller --kmods none --filter-func 'ip_output|icmp_rcv' icmp
ping -q -c 1 127.0.0.1 >/dev/null
ip netns exec blue ping -q -c 1 127.0.0.1 >/dev/null
stop_container
expect_number "$(events | awk '{ print $4 }' | sort -u | wc -l)" -eq 2
expect_line ' icmp_rcv '
expect_line '^ip_output'

# A container that may look into the namespaces of the machine.
HOST=1
container sys_ptrace sys_admin
start_pwru --kmods none --filter-func 'ip_output|icmp_rcv' --filter-netns /run/netns/blue --filter-ifname lo \
    --output-netns-names icmp
ping -q -c 1 127.0.0.1 >/dev/null
ip netns exec blue ping -q -c 1 127.0.0.1 >/dev/null
stop_container
expect_every ' blue .* icmp_rcv$'
expect_no_stderr warning
