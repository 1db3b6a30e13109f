#include "broker/server/identity.h"

#include "contract/nkey.h"

#include <random>

namespace broker {

std::string make_server_id() {
  std::random_device random;
  std::string bytes(32, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random() & 0xFFU);
  return contract::nkey_text(contract::NkeyKind::server, bytes);
}

}  // namespace broker
