#include "broker/subjects/subject_tree.h"

#include "broker/subjects/subject.h"
#include "broker/subjects/text_hash.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace broker {

namespace {

bool has_empty_token(std::string_view subject) {
  return subject.empty() || subject.front() == '.' || subject.back() == '.' ||
         subject.find("..") != std::string_view::npos;
}

void add_route(Match& match, const std::shared_ptr<Destination>& to) {
  if (std::find(match.routes.begin(), match.routes.end(), to) == match.routes.end())
    match.routes.push_back(to);
}

MatchedGroup& group_of(Match& match, std::string_view queue) {
  for (MatchedGroup& group : match.groups) {
    if (group.queue == queue) return group;
  }
  return match.groups.emplace_back(MatchedGroup{std::string(queue), {}, {}, {}});
}

// Where the members of a group count: what other servers want for their leaf nodes is as far away
// as our own leaf nodes.
std::vector<SubscriptionPtr>& place_in(MatchedGroup& group, const Subscription& member) {
  switch (member.kind) {
    case Subscription::Kind::routed:
      return member.origin.empty() ? group.routed : group.leafs;
    case Subscription::Kind::leaf:
      return group.leafs;
    default:
      return group.local;
  }
}

}  // namespace

// The subscriptions whose filter ends here, and what follows after another dot.
struct SubjectTree::Node {
  struct Group {
    std::string queue;
    std::vector<SubscriptionPtr> members;
  };

  bool empty() const { return plain.empty() && groups.empty() && next == nullptr; }

  void add_to(Match& match) const {
    for (const SubscriptionPtr& subscription : plain) {
      if (subscription->crossing != nullptr) {
        match.crossings.push_back(subscription);
      } else if (subscription->kind == Subscription::Kind::routed) {
        add_route(match, subscription->to);
      } else if (subscription->kind == Subscription::Kind::leaf) {
        match.leafs.push_back(subscription);
      } else {
        match.plain.push_back(subscription);
      }
    }
    for (const Group& group : groups) {
      MatchedGroup& matched = group_of(match, group.queue);
      for (const SubscriptionPtr& member : group.members)
        place_in(matched, *member).push_back(member);
    }
  }

  std::vector<SubscriptionPtr>& list_for(const Subscription& subscription) {
    if (subscription.queue.empty()) return plain;
    for (Group& group : groups) {
      if (group.queue == subscription.queue) return group.members;
    }
    return groups.emplace_back(Group{subscription.queue, {}}).members;
  }

  bool remove(const Subscription& subscription) {
    auto& list = list_for(subscription);
    const auto found = std::find_if(list.begin(), list.end(), [&](const SubscriptionPtr& each) {
      return each.get() == &subscription;
    });
    const bool known = found != list.end();
    if (known) {
      *found = std::move(list.back());
      list.pop_back();
    }
    std::erase_if(groups, [](const Group& group) { return group.members.empty(); });
    return known;
  }

  std::vector<SubscriptionPtr> plain;
  std::vector<Group> groups;
  std::unique_ptr<Level> next;
};

// All tokens that may stand at one place.
struct SubjectTree::Level {
  bool empty() const { return tokens.empty() && any == nullptr && rest == nullptr; }

  Node& node_for(std::string_view token, bool last) {
    if (token == "*") return made(any);
    if (token == ">" && last) return made(rest);
    const auto found = tokens.find(token);
    return found != tokens.end() ? found->second : tokens[std::string(token)];
  }

  void collect(std::string_view subject, Match& match) const {
    bool more = false;
    const std::string_view token = take_subject_token(subject, more);
    if (rest != nullptr) rest->add_to(match);
    if (any != nullptr) descend(*any, subject, more, match);
    const auto found = tokens.find(token);
    if (found != tokens.end()) descend(found->second, subject, more, match);
  }

  bool remove(std::string_view filter, const Subscription& subscription) {
    bool more = false;
    const std::string_view token = take_subject_token(filter, more);
    if (token == "*") return remove_below(any, filter, more, subscription);
    if (token == ">" && !more) return remove_below(rest, filter, more, subscription);
    const auto found = tokens.find(token);
    if (found == tokens.end()) return false;
    const bool known = remove_at(found->second, filter, more, subscription);
    if (found->second.empty()) tokens.erase(found);
    return known;
  }

  void for_each(const std::function<void(const Subscription&)>& visit) const {
    const auto visit_node = [&](const Node& node) {
      for (const auto& subscription : node.plain)
        visit(*subscription);
      for (const auto& group : node.groups) {
        for (const auto& member : group.members)
          visit(*member);
      }
      if (node.next != nullptr) node.next->for_each(visit);
    };
    for (const auto& [token, node] : tokens)
      visit_node(node);
    if (any != nullptr) visit_node(*any);
    if (rest != nullptr) visit_node(*rest);
  }

  std::unordered_map<std::string, Node, TextHash, std::equal_to<>> tokens;
  std::unique_ptr<Node> any;   // "*"
  std::unique_ptr<Node> rest;  // ">"

 private:
  static Node& made(std::unique_ptr<Node>& node) {
    if (node == nullptr) node = std::make_unique<Node>();
    return *node;
  }

  static void descend(const Node& node, std::string_view subject, bool more, Match& match) {
    if (!more) {
      node.add_to(match);
    } else if (node.next != nullptr) {
      node.next->collect(subject, match);
    }
  }

  static bool remove_at(Node& node,
                        std::string_view filter,
                        bool more,
                        const Subscription& subscription) {
    if (!more) return node.remove(subscription);
    if (node.next == nullptr) return false;
    const bool known = node.next->remove(filter, subscription);
    if (node.next->empty()) node.next.reset();
    return known;
  }

  static bool remove_below(std::unique_ptr<Node>& node,
                           std::string_view filter,
                           bool more,
                           const Subscription& subscription) {
    if (node == nullptr) return false;
    const bool known = remove_at(*node, filter, more, subscription);
    if (node->empty()) node.reset();
    return known;
  }
};

SubjectTree::SubjectTree() : root_(std::make_unique<Level>()) {}

SubjectTree::~SubjectTree() = default;

void SubjectTree::insert(const SubscriptionPtr& subscription) {
  const std::unique_lock lock(mutex_);
  std::string_view filter = subscription->subject;
  Level* level = root_.get();
  bool more = true;
  while (true) {
    const std::string_view token = take_subject_token(filter, more);
    Node& node = level->node_for(token, !more);
    if (!more) {
      node.list_for(*subscription).push_back(subscription);
      break;
    }
    if (node.next == nullptr) node.next = std::make_unique<Level>();
    level = node.next.get();
  }
  size_.fetch_add(1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

bool SubjectTree::remove(const Subscription& subscription) {
  const std::unique_lock lock(mutex_);
  if (!root_->remove(subscription.subject, subscription)) return false;
  size_.fetch_sub(1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  return true;
}

Match SubjectTree::match(std::string_view subject) const {
  Match match;
  if (has_empty_token(subject)) return match;
  const std::shared_lock lock(mutex_);
  root_->collect(subject, match);
  if (!match.leafs.empty() || !match.groups.empty() || !match.crossings.empty()) {
    match.beyond = Match::Beyond::more;
  } else if (!match.routes.empty()) {
    match.beyond = Match::Beyond::routes;
  }
  return match;
}

void SubjectTree::for_each(const std::function<void(const Subscription&)>& visit) const {
  const std::shared_lock lock(mutex_);
  root_->for_each(visit);
}

}  // namespace broker
