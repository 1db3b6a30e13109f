#include "watch/plain_client.h"

#include "base/text.h"
#include "watch/request_reply.h"

namespace watch {

base::Result<std::unique_ptr<PlainClient>> PlainClient::connect(const ServerList& servers,
                                                                base::Clock& clock,
                                                                MessageLedger& messages,
                                                                RequestLedger* requests) {
  auto client = std::unique_ptr<PlainClient>(new PlainClient(clock));
  client->subject_ = servers.subject + ".plain";
  ConnectSettings settings;
  settings.servers = servers.urls;
  settings.name = kPlainName;
  settings.access = servers.access;
  client->connection_ = TRY(NatsConnection::open(settings));
  auto* connection = client->connection_.get();
  const int id = messages.add_subscriber(MessageLedger::Kind::plain);
  TRY(connection->subscribe(servers.subject, "", [&messages, &clock, id](const Message& message) {
    if (const auto number = base::parse_int(message.data)) {
      messages.received(id, 0, *number, clock.now());
    } else {
      messages.greeted(id, message.data);
    }
  }));
  if (requests) {
    client->requests_ = requests;
    client->requester_ = requests->add_requester(RequestLedger::Kind::plain);
    TRY(connection->subscribe(client->subject_, "responders", [connection](const Message& message) {
      static_cast<void>(connection->publish(message.reply, message.data));
    }));
  }
  TRY(connection->flush(std::chrono::seconds(2)));
  return client;
}

void PlainClient::ask() {
  ask_once(*connection_, subject_, *requests_, requester_, clock_);
}

}  // namespace watch
