#include "broker/protocol/operations.h"

namespace broker {

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::ping:
      return "PING";
    case Verb::pong:
      return "PONG";
    case Verb::info:
      return "INFO";
    case Verb::connect:
      return "CONNECT";
    case Verb::ok:
      return "+OK";
    case Verb::err:
      return "-ERR";
    case Verb::pub:
      return "PUB";
    case Verb::hpub:
      return "HPUB";
    case Verb::sub:
      return "SUB";
    case Verb::unsub:
      return "UNSUB";
    case Verb::rs_plus:
      return "RS+";
    case Verb::rs_minus:
      return "RS-";
    case Verb::ls_plus:
      return "LS+";
    case Verb::ls_minus:
      return "LS-";
    case Verb::rmsg:
      return "RMSG";
    case Verb::hmsg:
      return "HMSG";
    case Verb::lmsg:
      return "LMSG";
    case Verb::a_plus:
      return "A+";
    case Verb::a_minus:
      return "A-";
  }
  return "";
}

void name_origin(Operation& lost_interest) {
  if (!lost_interest.origin.empty()) return;
  lost_interest.origin = lost_interest.account;
  lost_interest.account = lost_interest.subject;
  lost_interest.subject = lost_interest.queue;
  lost_interest.queue = {};
}

}  // namespace broker
