# shellcheck shell=sh disable=SC2154,SC2016,SC2086,SC2034
# Where services run: service managers, containers, other users' and other machines' programs. Sourced by run-launcher.

python=/usr/bin/python3
patience=120
cat >serves.py <<'END'
# A server with a thread for each connection, and its clients, on loopback; a file, and a child. Argument: a launcher.
import http.server, os, subprocess, sys, threading, time, urllib.request

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.05)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *arguments):
        pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

server = Server(("127.0.0.1", 0), Handler)
served = []

def ask(number):
    for page in (f"/a/{number}", f"/b/{number}"):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{page}", timeout=50) as answer:
            served.append(answer.read().decode() == page)

threading.Thread(target=server.serve_forever, daemon=True).start()
clients = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
for client in clients:
    client.start()
if len(sys.argv) > 1:
    sys.stderr.write(subprocess.run([sys.argv[1], "--check", str(os.getpid())], capture_output=True, text=True).stdout)
for client in clients:
    client.join()
print("served", len(served), all(served))
try:
    with open("served.txt", "w") as file:
        file.write("bytes")
        file.flush()
        os.fsync(file.fileno())
    print("written")
except OSError as error:
    print("not written:", error.strerror)
child = subprocess.run(["grep", "-c", "libgreenload", "/proc/self/maps"], capture_output=True, text=True)
print("child", child.returncode)
END

# serves_alike CHILD SETTINGS BEFORE...: it prints the same natively and with the library, which these settings load, in
# the place that the words before the program make. There it has greenlets, by what --check sees from within; and its
# children have the library (0) or not (1).
serves_alike() {
	child=$1 settings=$2
	shift 2
	ends 0 "$@" $python "$work/serves.py" && [ ! -s .stderr ] || ! cat .stderr || return
	cp .stdout natively
	ends 0 "$@" env $settings $python "$work/serves.py" "$greenload" || return
	grep -q '): active: [0-9]* greenlets, 1 worker' .stderr && [ "$(wc -l <.stderr)" -eq 1 ] || ! cat .stderr || return
	[ "$(sed "s/^child 1$/child $child/" natively)" = "$(cat .stdout)" ] || ! diff natively .stdout
}

# The settings in the manual's drop-in, with the library that is tested.
drop_in=$(sed -n 's/^Environment=//p' "$top/preload/greenload.1" | sed "s|^LD_PRELOAD=.*|LD_PRELOAD=$library|")
docker="LD_PRELOAD=$library GREENLOAD_PATCH=all"
check 'the settings of the drop-in' serves_alike 1 "$drop_in" env

# What is in systemd's list here, if it is installed; else what it is known to be.
list_calls() {
	systemd-analyze syscall-filter "$1" | sed 1d | while read -r word; do
		case $word in
		'#'* | '') ;;
		@*) list_calls "$word" ;;
		*) printf '#ifdef SYS_%s\nALLOW(%s)\n#endif\n' "$word" "$word" ;;
		esac
	done
}
allowed=
if has systemd-analyze && list_calls @system-service >allowed.h 2>/dev/null && grep -q 'ALLOW(read)' allowed.h; then
	allowed=-DALLOWED
fi
$cc -D_GNU_SOURCE -O1 -w $allowed -I. -I"$top" -o confine "$top/tests/launcher/confine.c"

# A call outside of the list ends the process: that shows that the list is in force.
ends_the_process() {
	timeout 20 "$@" >.stdout 2>.stderr
	[ $? -eq 159 ]
}
if ./confine service true; then
	check 'SystemCallFilter ends a process' ends_the_process ./confine service chroot / true
	check 'SystemCallFilter=@system-service' serves_alike 1 "$drop_in" ./confine service
	check 'and MemoryDenyWriteExecute=yes' serves_alike 1 "$drop_in" ./confine hardened
	check 'and the lists as published' serves_alike 1 "$drop_in" ./confine published
	check "Docker's profile is in force" ends 1 ./confine docker unshare -n true
	check "Docker's profile" serves_alike 0 "$docker" ./confine docker
	check 'the launcher in a container' ends 0 ./confine docker "$greenload" $python serves.py "$greenload"
else
	skip 'SystemCallFilter and the profile of Docker' 'this kernel has no filters'
fi

# A service manager in person, where there is one.
if [ -d /run/systemd/system ] && [ "$(id -u)" -eq 0 ] && has systemd-run && systemd-run --quiet --wait --pipe true 2>/dev/null; then
	cat >as_service <<-'END'
		#!/bin/sh
		exec systemd-run --quiet --wait --pipe --collect -p WorkingDirectory="$PWD" -p SystemCallFilter=@system-service \
			-p MemoryDenyWriteExecute=yes "$@"
	END
	chmod 755 as_service
	check 'a unit of systemd' serves_alike 1 "$drop_in" ./as_service
else
	skip 'a unit of systemd' 'systemd does not run, or is not for us to use'
fi

# All file systems read-only, as far as this process can see.
cat >read_only <<'END'
#!/bin/sh
exec unshare -m sh -c '
	mount --make-rprivate / && while read -r _ where _; do
		case $where in / | /tmp* | /var* | /home* | /run* | /dev/shm | /root*) mount -o remount,bind,ro "$where" || exit ;; esac
	done </proc/self/mounts && exec "$@"' sh "$@"
END
chmod 755 read_only
if ./read_only true 2>/dev/null; then
	check 'a read-only root is in force' ends 2 ./read_only sh -c ': >written'
	check 'a read-only root' serves_alike 0 "$docker" ./read_only
	check 'the launcher on a read-only root' ends 0 ./read_only "$greenload" --stats $python serves.py
	check 'which says where statistics cannot go' refused 2 'Read-only' ./read_only "$greenload" --stats=stats.json true
else
	skip 'a read-only root' 'nothing can be mounted'
fi
# It has no child that looks into /proc.
if ./without_proc true 2>/dev/null; then
	without_proc_alike() {
		ends 0 ./without_proc $python serves.py && cp .stdout natively &&
			prints "$(cat natively)" ./without_proc "$greenload" $python serves.py
	}
	check 'without /proc, a server' without_proc_alike
else
	skip 'without /proc, a server' 'nothing can be mounted'
fi

if [ -e setuid ]; then
	check 'a set-uid child is left alone' prints 5 "$greenload" sh -c './setuid; echo $?'
	check 'a set-uid child of what is preloaded by name' prints 5 env LD_PRELOAD="$library" sh -c './setuid; echo $?'
else
	skip 'set-uid children' 'none can be made here'
fi

# With an empty library of the same name where 32-bit programs look for theirs.
complains_of_class() {
	ends 0 "$@" && [ "$(wc -l <.stderr)" -eq 1 ] && grep -q 'wrong ELF class' .stderr
}
if [ -x five32 ]; then
	mkdir -p 'libraries/lib/x86_64-linux-gnu' libraries/lib64 libraries/lib/i386-linux-gnu libraries/lib32
	cp "$library" libraries/lib/x86_64-linux-gnu/libgreenload.so.0
	cp "$library" libraries/lib64/libgreenload.so.0
	: | as --32 -o empty.o && ld -m elf_i386 -shared -o libraries/lib32/libgreenload.so.0 empty.o
	cp libraries/lib32/libgreenload.so.0 libraries/lib/i386-linux-gnu
	check 'a 32-bit child, of which the loader complains' complains_of_class "$greenload" sh -c './five32; [ $? -eq 5 ]'
	check 'a 32-bit child, of which it does not' prints 5 env LD_PRELOAD="$work/libraries/\$LIB/libgreenload.so.0" \
		sh -c './five32; echo $?'
	check 'beside a 64-bit one, which is preloaded' ends 0 env LD_PRELOAD="$work/libraries/\$LIB/libgreenload.so.0" \
		GREENLOAD_PATCH=all $python serves.py "$greenload"
else
	skip '32-bit children' 'no 32-bit program can be made or run'
fi
patience=20
