#include "core/nn/dropout.h"
#include "tests/core/nn/numbers.h"

namespace lorascope::nn::test {
namespace {

constexpr std::int64_t kHeads = 2;

/// Query, key and value of one sequence side by side, as the packed path has them.
struct Case {
  std::int64_t length, size, hidden, stride;
  bool drops;
  std::vector<float> projections, bias, d_context;

  Case(std::int64_t tokens, std::int64_t head_size, bool with_dropout)
      : length(tokens), size(head_size), hidden(kHeads * head_size), stride(3 * hidden), drops(with_dropout) {
    projections = normal_values(length * stride, 1);
    bias = normal_values(stride, 2);
    d_context = normal_values(length * hidden, 3);
  }

  double at(std::int64_t row, std::int64_t part, std::int64_t column) const {
    const std::int64_t i = part * hidden + size + column;  // the second head
    return static_cast<double>(projections[row * stride + i]) + static_cast<double>(bias[i]);
  }
  static MaskStream stream() { return mask_stream({5, 6}, 7, 0.2); }

  double mask(std::int64_t row, std::int64_t column) const {
    if (!drops) return 1;
    const std::int64_t chunks = (length + 15) / 16;
    std::vector<float> values(chunks * 16);
    kernels().mask_row(stream(), 9, row * chunks, chunks, values.data());
    return static_cast<double>(values[column]);
  }
};

struct Naive {
  std::vector<double> context, log_sum, d_query, d_key, d_value;

  explicit Naive(const Case& given) {
    const std::int64_t s = given.length, d = given.size;
    const double scale = 1 / std::sqrt(static_cast<double>(d));
    context.assign(s * d, 0);
    d_query = d_key = d_value = context;
    for (std::int64_t i = 0; i < s; ++i) {
      std::vector<double> p(s), mask(s);
      double total = 0;
      for (std::int64_t j = 0; j < s; ++j) {
        double score = 0;
        for (std::int64_t k = 0; k < d; ++k) score += given.at(i, 0, k) * given.at(j, 1, k) * scale;
        p[j] = std::exp(score);
        total += p[j];
        mask[j] = given.mask(i, j);
      }
      log_sum.push_back(std::log(total));
      const auto d_out = [&](std::int64_t k) { return static_cast<double>(given.d_context[i * given.hidden + d + k]); };
      std::vector<double> d_p(s);
      double dot = 0;
      for (std::int64_t j = 0; j < s; ++j) {
        p[j] /= total;
        for (std::int64_t k = 0; k < d; ++k) {
          context[i * d + k] += p[j] * mask[j] * given.at(j, 2, k);
          d_value[j * d + k] += p[j] * mask[j] * d_out(k);
          d_p[j] += d_out(k) * given.at(j, 2, k) * mask[j];
        }
        dot += p[j] * d_p[j];
      }
      for (std::int64_t j = 0; j < s; ++j)
        for (std::int64_t k = 0; k < d; ++k) {
          d_query[i * d + k] += p[j] * (d_p[j] - dot) * given.at(j, 1, k) * scale;
          d_key[j * d + k] += p[j] * (d_p[j] - dot) * given.at(i, 0, k) * scale;
        }
    }
  }
};

/// The second head's columns of part 0, 1 or 2 of [S, parts · hidden].
std::vector<float> columns(const Case& given, const std::vector<float>& from, std::int64_t stride, std::int64_t part) {
  std::vector<float> picked;
  for (std::int64_t row = 0; row < given.length; ++row)
    for (std::int64_t k = 0; k < given.size; ++k)
      picked.push_back(from[row * stride + part * given.hidden + given.size + k]);
  return picked;
}

std::vector<double> row_sums(const std::vector<double>& rows, std::int64_t size) {
  std::vector<double> sums(size);
  for (std::size_t i = 0; i < rows.size(); ++i) sums[i % size] += rows[i];
  return sums;
}

}  // namespace

TEST_CASE("attention of one head agrees with the formulas, forward and backward, at any length", "[nn]") {
  for (const KernelTable* table : runnable_kernels())
    for (const std::int64_t length : {1, 2, 15, 17, 40, 70})
      for (const std::int64_t size : {4, 15, 32})
        for (const bool drops : {false, true}) {
          CAPTURE(table->name, length, size, drops);
          const Case given(length, size, drops);
          const Naive naive(given);
          const MaskStream stream = Case::stream();
          std::vector<float> scratch(table->attention_scratch(length, size)), context(length * given.hidden),
              log_sum(length), d_projections(length * given.stride), d_bias(given.stride);
          AttentionHead head;
          head.length = length;
          head.head_size = size;
          head.stride = given.stride;
          head.query = given.projections.data() + size;
          head.key = head.query + given.hidden;
          head.value = head.key + given.hidden;
          head.query_bias = given.bias.data() + size;
          head.key_bias = head.query_bias + given.hidden;
          head.value_bias = head.key_bias + given.hidden;
          head.mask = drops ? &stream : nullptr;
          head.mask_row = 9;
          head.context_stride = given.hidden;
          head.context = context.data() + size;
          head.log_sum = log_sum.data();
          head.scratch = scratch.data();
          table->attention(head);
          CHECK(deviation(columns(given, context, given.hidden, 0), naive.context) < 1e-5);
          CHECK(deviation(log_sum, naive.log_sum) < 1e-5);

          head.d_context = given.d_context.data() + size;
          head.d_query = d_projections.data() + size;
          head.d_key = head.d_query + given.hidden;
          head.d_value = head.d_key + given.hidden;
          head.d_query_bias = d_bias.data() + size;
          head.d_key_bias = head.d_query_bias + given.hidden;
          head.d_value_bias = head.d_key_bias + given.hidden;
          table->attention_backward(head);
          CHECK(deviation(columns(given, d_projections, given.stride, 2), naive.d_value) < 1e-5);
          const auto second = [&](std::int64_t part) {
            const auto begin = d_bias.begin() + part * given.hidden + size;
            return std::vector<float>(begin, begin + size);
          };
          CHECK(deviation(second(2), row_sums(naive.d_value, size)) < 1e-5);
          if (length == 1) continue;  // softmax over one key is constant: no gradient but rounding
          CHECK(deviation(columns(given, d_projections, given.stride, 0), naive.d_query) < 1e-5);
          CHECK(deviation(columns(given, d_projections, given.stride, 1), naive.d_key) < 1e-5);
          CHECK(deviation(second(0), row_sums(naive.d_query, size)) < 1e-5);
        }
}

TEST_CASE("attention does not touch what lies beside its head", "[nn]") {
  const Case given(17, 15, false);
  for (const KernelTable* table : runnable_kernels()) {
    std::vector<float> scratch(table->attention_scratch(17, 15)), context(17 * given.hidden, -7.0F);
    AttentionHead head;
    head.length = 17;
    head.head_size = 15;
    head.stride = given.stride;
    head.query = given.projections.data() + 15;
    head.key = head.query + given.hidden;
    head.value = head.key + given.hidden;
    head.context_stride = given.hidden;
    head.context = context.data() + 15;
    head.scratch = scratch.data();
    table->attention(head);
    bool is_untouched = true;
    for (std::int64_t row = 0; row < 17; ++row)
      for (std::int64_t k = 0; k < 15; ++k) is_untouched &= context[row * given.hidden + k] == -7.0F;
    CHECK(is_untouched);
  }
}

}  // namespace lorascope::nn::test
