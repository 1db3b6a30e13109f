#include "broker/main/usage.h"

namespace broker {

const char* const kUsage = R"(
Usage: nats-server [options]

Server:
    -a, --addr, --net <host>         Listen on this address (default: 0.0.0.0)
    -p, --port <port>                Listen for clients here; -1 is any free port (default: 4222)
    -n, --name, --server_name <name> Name of this server (default: its id)
    -P, --pid <file>                 Write the process id to a file
    -m, --http_port <port>           Serve monitoring over HTTP
    -c, --config <file>              Read options from a configuration file
    -t                               Test the configuration file and exit
    -sl, --signal <sig>[=<pid>]      Send a signal to a running server: ldm, stop, quit, term,
                                     reopen or reload; <pid> may be a number or a pid file
        --client_advertise <addr>    Address that clients are told instead of the listen address
        --ports_file_dir <dir>       Write <program>_<pid>.ports, which lists every listener

Logging:
    -l, --log <file>                 Log to a file instead of stderr
    -T, --logtime                    Begin each line with the time (default: true)
        --logtime_utc                Log the time in UTC
    -D, --debug                      Debug output
    -V, --trace                      Trace the protocol
    -VV                              Trace the system account as well
    -DV, -DVV                        Debug and trace
        --log_size_limit <bytes>     Begin a new log file at this size

Authorization:
        --user <user>                User that clients must name
        --pass <password>            and its password
        --auth <token>               Token that clients must name

Cluster:
        --cluster <url>              Listen for routes: nats://[user:pass@]host:port
        --cluster_listen <url>       The same
        --cluster_name <name>        Name of the cluster (default: made up)
        --routes <url>,<url>         Other servers to connect to
        --cluster_advertise <addr>   Address that other servers are told
        --no_advertise               Do not tell other servers the addresses of our clients
        --connect_retries <number>   Tries for servers that were learned from others

Common:
    -h, --help                       Show this
    -v, --version                    Show the version
        --help_tls                   About TLS

JetStream, syslog and profiling flags of nats-server are understood; this is a core server
without them.
)";

const char* const kTlsHelp = R"(
TLS for clients:
        --tls                        Clients must speak TLS; =false turns off what the file says
        --tlscert <file>             Certificate of this server
        --tlskey <file>              Its private key
        --tlsverify                  Clients must show a certificate, too
        --tlscacert <file>           Certificates that vouch for clients

A tls block in the configuration file says the same and more (verify_and_map, handshake_first,
allow_non_tls beside it); one in the cluster block is for routes, which always verify each other.
Certificates are read again with each reload; nobody is disconnected for that.
)";

}  // namespace broker
