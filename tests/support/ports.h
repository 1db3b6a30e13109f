#pragma once

namespace support {

// A loopback port that nobody listens on and that no other call returns, in this process or in
// another one running tests, until this process ends. Below 32768: above, the kernel hands ports to
// outgoing connections, and a server that starts again would find its own taken.
int free_port();

}  // namespace support
