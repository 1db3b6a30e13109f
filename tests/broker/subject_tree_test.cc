#include "broker/subjects/subject_tree.h"

#include "broker/subjects/match_cache.h"
#include "broker/subjects/subject.h"

#include <algorithm>
#include <random>
#include <thread>

#include <doctest/doctest.h>

using namespace broker;

namespace {

SubscriptionPtr make(std::string subject, std::string queue = {}) {
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = std::move(subject);
  subscription->queue = std::move(queue);
  return subscription;
}

std::vector<std::string> plain_filters(const Match& match) {
  std::vector<std::string> filters;
  for (const auto& each : match.plain)
    filters.push_back(each->subject);
  std::sort(filters.begin(), filters.end());
  return filters;
}

// Few tokens, so that random filters and subjects meet often.
std::string random_subject(std::minstd_rand& random, const std::vector<std::string>& tokens) {
  std::string subject;
  const auto count = random() % 4 + 1;
  for (unsigned i = 0; i < count; ++i) {
    std::string token = tokens[random() % tokens.size()];
    if (token == ">" && i + 1 < count) token = "*";
    subject += (i > 0 ? "." : "") + token;
  }
  return subject;
}

}  // namespace

TEST_SUITE("broker: subject tree") {
  TEST_CASE("it answers as comparing with every filter would") {
    std::minstd_rand random(7);
    SubjectTree tree;
    std::vector<SubscriptionPtr> all;
    for (int round = 0; round < 2000; ++round) {
      if (all.size() < 60 || random() % 2 == 0) {
        all.push_back(make(random_subject(random, {"a", "b", "c", "*", ">"})));
        tree.insert(all.back());
      } else {
        const auto which = random() % all.size();
        REQUIRE(tree.remove(*all[which]));
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
      }
      const std::string subject = random_subject(random, {"a", "b", "c"});
      std::vector<std::string> expected;
      for (const auto& each : all) {
        if (matches(each->subject, subject)) expected.push_back(each->subject);
      }
      std::sort(expected.begin(), expected.end());
      CAPTURE(subject);
      REQUIRE(plain_filters(tree.match(subject)) == expected);
    }
    CHECK(tree.size() == all.size());
    for (const auto& each : all)
      tree.remove(*each);
    CHECK(tree.size() == 0);
    CHECK(tree.match("a").empty());
  }

  TEST_CASE("queue groups of one name are one group, whatever their filters") {
    SubjectTree tree;
    tree.insert(make("a.b", "crew"));
    tree.insert(make("a.*", "crew"));
    tree.insert(make("a.>", "watch"));
    const Match match = tree.match("a.b");
    REQUIRE(match.groups.size() == 2);
    const auto crew = std::find_if(match.groups.begin(), match.groups.end(), [](const auto& group) {
      return group.queue == "crew";
    });
    CHECK(crew->local.size() == 2);
  }

  TEST_CASE("a publish to a wildcard is taken by the letter") {
    SubjectTree tree;
    for (const char* filter : {"a.*", "a.>", ">", "a.b", "a.*.c"})
      tree.insert(make(filter));
    CHECK(plain_filters(tree.match("a.*")) == std::vector<std::string>{">", "a.*", "a.>"});
  }

  TEST_CASE("a subject with an empty token matches nothing") {
    SubjectTree tree;
    tree.insert(make(">"));
    for (const char* subject : {"", ".", "a.", ".a", "a..b"})
      CHECK(tree.match(subject).empty());
  }

  TEST_CASE("what is unknown cannot be removed") {
    SubjectTree tree;
    tree.insert(make("a.b"));
    CHECK_FALSE(tree.remove(*make("a.b")));
    CHECK_FALSE(tree.remove(*make("c")));
    CHECK(tree.size() == 1);
  }

  TEST_CASE("a cache never gives an answer older than the last change") {
    SubjectTree tree;
    MatchCache cache(tree);
    CHECK(cache.find("a").empty());
    const auto first = make("a");
    tree.insert(first);
    CHECK(cache.find("a").plain.size() == 1);
    tree.remove(*first);
    CHECK(cache.find("a").empty());
  }

  TEST_CASE("a cache tells subjects apart, whatever was asked before and however many there are") {
    SubjectTree tree;
    std::vector<SubscriptionPtr> all;
    for (std::size_t i = 0; i < 2 * MatchCache::kMostSubjects; ++i) {
      all.push_back(make("s." + std::to_string(i)));
      tree.insert(all.back());
    }
    MatchCache cache(tree);
    for (int round = 0; round < 2; ++round) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string subject = "s." + std::to_string(i);
        REQUIRE(cache.find(subject).plain == std::vector{all[i]});
        REQUIRE(cache.find(subject).plain == std::vector{all[i]});
        REQUIRE(cache.find("s").empty());
      }
    }
  }

  TEST_CASE("threads may change and ask at the same time") {
    SubjectTree tree;
    tree.insert(make("a.always"));
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::thread changer([&] {
      for (int i = 0; i < 2000; ++i) {
        const auto each =
            make(i % 2 == 0 ? "a.*" : "a." + std::to_string(i), i % 3 == 0 ? "crew" : "");
        tree.insert(each);
        tree.remove(*each);
      }
      done = true;
    });
    MatchCache cache(tree);
    while (!done) {
      if (cache.find("a.always").plain.empty()) ++wrong;
    }
    changer.join();
    CHECK(wrong == 0);
    CHECK(tree.size() == 1);
  }
}
