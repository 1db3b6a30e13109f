#include "plan/plan.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace plan {

std::string Address::text() const {
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

base::Result<Address> parse_address(std::string_view text) {
  const auto bad = [&] {
    return base::Error(base::ErrorCode::invalid,
                       fmt::format("'{}' is not an address; write it like 127.0.0.1:4222", text));
  };
  const auto colon = text.rfind(':');
  auto host = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  const auto port =
      base::parse_int(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return bad();
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return bad();
  if (host.find_first_of(" \t/@[]") != std::string_view::npos) return bad();
  return Address{std::string(host), static_cast<int>(*port)};
}

const std::string& Plan::cluster_of(const std::string& node) const {
  const auto* at = find(node);
  if (temp_node && at == &temp_node->node) at = find(temp_node->like);
  return at && !at->cluster.empty() ? at->cluster : cluster;
}

std::vector<std::string> Plan::clusters() const {
  std::vector<std::string> names;
  for (const auto& node : nodes) {
    const auto& name = cluster_of(node.name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::vector<const Node*> Plan::members_of(const std::string& name) const {
  std::vector<const Node*> members;
  for (const auto& node : nodes) {
    if (cluster_of(node.name) == name) members.push_back(&node);
  }
  return members;
}

const Node* Plan::find(const std::string& name) const {
  for (const auto& node : nodes) {
    if (node.name == name) return &node;
  }
  if (temp_node && temp_node->node.name == name) return &temp_node->node;
  return nullptr;
}

}  // namespace plan
