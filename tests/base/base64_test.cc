#include "base/base64.h"

#include <doctest/doctest.h>

// The vectors of RFC 4648, section 10.
TEST_SUITE("base64") {
  TEST_CASE("any number of bytes is written and read again") {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
      CAPTURE(text);
      CHECK(base::to_base64(bytes) == text);
      CHECK(*base::from_base64(text) == bytes);
    }
  }

  TEST_CASE("the alphabet for URLs has no padding, and is read as the other one is") {
    const std::string bytes = "\xfb\xff\xfe";
    CHECK(base::to_base64(bytes) == "+//+");
    CHECK(base::to_base64url(bytes) == "-__-");
    CHECK(*base::from_base64("-__-") == bytes);
    CHECK(*base::from_base64("Zm9vYg") == "foob");
  }

  TEST_CASE("what is no base64 is refused") {
    CHECK_FALSE(base::from_base64("Zm9v!"));
    CHECK_FALSE(base::from_base64("Z"));
    CHECK_FALSE(base::from_base64("Zm 9v"));
  }
}
