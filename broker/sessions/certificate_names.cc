#include "broker/sessions/certificate_names.h"

namespace broker {

std::vector<std::string> certificate_names(const TlsPeer& peer) {
  std::vector<std::string> names = peer.emails;
  names.insert(names.end(), peer.dns_names.begin(), peer.dns_names.end());
  names.insert(names.end(), peer.uris.begin(), peer.uris.end());
  if (!peer.subject.empty()) names.push_back(peer.subject);
  return names;
}

}  // namespace broker
