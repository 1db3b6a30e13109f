#pragma once

#include "tests/support/server_process.h"

#include <filesystem>
#include <string>
#include <vector>

// A transcript is a conversation with a server, written down:
//
//   # UNSUB with a count stops delivery after that many messages.
//   alice> CONNECT {"verbose":false}
//   alice> SUB limited 7
//   alice> PING
//   alice< PONG
//
// A paragraph is a scene: its first comment is its title, its connections end with it. `#` begins a
// comment. Everything else is one of these lines:
//
//   conf| max_payload: 8          the scene begins with a new server, started with these lines as
//                                 its conf file; @client@, @cluster@, @gateway@ and @leaf@ stand
//                                 for its ports, @far@ for one of ours,
//                                 @folder@ for an empty folder
//   key| op operator              a key, jwt| and what stands for them: tests/support/mint.h; they
//   jwt| acme by op {...}         hold for the scenes that follow, too
//   [>=2.12]                      the scene (alone on a line) or the line (before it) holds for
//   [<2.12] alice< ...            these releases only; our broker counts as the version it reports
//   alice> SUB a 1                alice says a line; the first time, she connects (and reads INFO)
//   alice>| PUB a 2\r\nh          she sends exactly these bytes; \r \n \t \\ \xHH
//   peer@cluster> CONNECT {...}   likewise, on the cluster port; also @gateway, @leaf
//   peer@far> INFO {...}          peer is whom the server dials at our port; he says a line
//   alice< MSG a 1 2              the next line she hears is this; alternatives are parted by <or>
//   alice< /MSG a \d+ 2/          ... or matches this
//   alice< INFO {"port":4222}     ... or is an INFO with these fields: "*" is any value, null is
//                                 absent
//   alice< {"server":{}}          ... or is JSON with these fields
//   alice<* RS+ $G a              she hears this, perhaps after other lines
//   alice<! closed                the server has nothing more to say and closes
//   server> USR2                  the server gets a signal
//   server< exit 0                the server ends with that code
//   server<log text               its log holds that text
//
// A server's PING is answered unheard, unless the transcript expects it. A transcript is true of
// real servers first: they are the oracle for ours.
namespace support {

// Plays every scene; gives a sentence for each that went otherwise, with its line.
std::vector<std::string> play(const std::filesystem::path& transcript, const Release& release);

}  // namespace support
