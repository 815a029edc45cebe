#include "core/nn/adamw.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/nn/kernels/kernels.h"
#include "core/nn/parallel.h"

namespace lorascope::nn {
namespace {

constexpr std::int64_t kBlock = 16384;

/// [first, first + count) of the values of a tensor.
struct Range {
  std::int64_t first, count;
};

void add_blocks(std::int64_t first, std::int64_t count, std::vector<Range>& ranges) {
  for (std::int64_t done = 0; done < count; done += kBlock)
    ranges.push_back({first + done, std::min(kBlock, count - done)});
}

AdamWStep kernel_step(const AdamW& step) {
  const double t = static_cast<double>(step.step);
  AdamWStep made;
  made.decay = static_cast<float>(1.0 - step.learning_rate * step.weight_decay);
  made.beta2 = static_cast<float>(step.beta2);
  made.one_minus_beta1 = static_cast<float>(1.0 - step.beta1);
  made.one_minus_beta2 = static_cast<float>(1.0 - step.beta2);
  made.step_size = static_cast<float>(step.learning_rate / (1.0 - std::pow(step.beta1, t)));
  made.root_correction = static_cast<float>(std::sqrt(1.0 - std::pow(step.beta2, t)));
  made.epsilon = static_cast<float>(step.epsilon);
  made.gradient_factor = static_cast<float>(step.clip_factor);
  return made;
}

void step_on_any_device(const AdamW& step, at::Tensor value, const at::Tensor& gradient, at::Tensor first,
                        at::Tensor second) {
  const double t = static_cast<double>(step.step);
  const at::Tensor scaled = gradient * step.clip_factor;
  value.mul_(1.0 - step.learning_rate * step.weight_decay);
  first.lerp_(scaled, 1.0 - step.beta1);
  second.mul_(step.beta2).addcmul_(scaled, scaled, 1.0 - step.beta2);
  const at::Tensor denominator = (second.sqrt() / std::sqrt(1.0 - std::pow(step.beta2, t))).add_(step.epsilon);
  value.addcdiv_(first, denominator, -step.learning_rate / (1.0 - std::pow(step.beta1, t)));
}

/// Runs of rows that are marked or not.
void add_rows(const std::vector<std::uint8_t>& marks, std::uint8_t wanted, std::int64_t columns,
              std::vector<Range>& ranges) {
  const auto rows = static_cast<std::int64_t>(marks.size());
  for (std::int64_t row = 0; row < rows;) {
    std::int64_t end = row;
    while (end < rows && marks[end] == wanted) ++end;
    if (end > row) add_blocks(row * columns, (end - row) * columns, ranges);
    row = end + 1;
  }
}

}  // namespace

void adamw_step(const AdamW& step, const Parameter& parameter, const at::Tensor& first_moment,
                const at::Tensor& second_moment) {
  const at::NoGradGuard no_grad;
  if (!parameter.value.is_cpu())
    return step_on_any_device(step, parameter.value, parameter.gradient, first_moment, second_moment);
  const AdamWStep work = kernel_step(step);
  std::vector<Range> moving, decaying;
  if (parameter.rows) {
    add_rows(parameter.rows->ever_touched, 1, parameter.value.size(1), moving);
    if (work.decay != 1.0F) add_rows(parameter.rows->ever_touched, 0, parameter.value.size(1), decaying);
  } else {
    add_blocks(0, parameter.value.numel(), moving);
  }
  float* value = parameter.value.data_ptr<float>();
  const float* gradient = parameter.gradient.const_data_ptr<float>();
  float* first = first_moment.data_ptr<float>();
  float* second = second_moment.data_ptr<float>();
  parallel_ranges(static_cast<std::int64_t>(moving.size()), 2, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = moving[i].first;
      kernels().adamw(work, value + at, gradient + at, first + at, second + at, moving[i].count);
    }
  });
  for (const Range& range : decaying)
    for (std::int64_t i = range.first; i < range.first + range.count; ++i) value[i] *= work.decay;
}

double gradient_norm(const std::vector<Parameter>& parameters) {
  struct Block {
    const float* values;
    std::int64_t count;
  };
  std::vector<Block> blocks;
  double elsewhere = 0;
  for (const Parameter& parameter : parameters) {
    if (!parameter.gradient.is_cpu()) {
      const double norm = parameter.gradient.norm().item<double>();
      elsewhere += norm * norm;
      continue;
    }
    const float* values = parameter.gradient.const_data_ptr<float>();
    std::vector<Range> ranges;
    if (parameter.rows) {
      const std::int64_t columns = parameter.gradient.size(1);
      for (const std::int32_t row : parameter.rows->touched) add_blocks(row * columns, columns, ranges);
    } else {
      add_blocks(0, parameter.gradient.numel(), ranges);
    }
    for (const Range& range : ranges) blocks.push_back({values + range.first, range.count});
  }
  std::vector<double> sums(blocks.size());
  parallel_ranges(static_cast<std::int64_t>(blocks.size()), 4, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) sums[i] = kernels().sum_of_squares(blocks[i].values, blocks[i].count);
  });
  double total = elsewhere;
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

}  // namespace lorascope::nn
