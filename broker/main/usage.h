#pragma once

namespace broker {

// What -h and --help_tls show.
extern const char* const kUsage;
extern const char* const kTlsHelp;

}  // namespace broker
