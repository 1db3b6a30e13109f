#pragma once

#include <string>

#include <boost/system/error_code.hpp>

namespace broker {

// "connection refused" for "Connection refused": nats-server's log lines carry Go's texts, which
// are the C library's in lower case.
std::string go_text(const boost::system::error_code& error);

}  // namespace broker
