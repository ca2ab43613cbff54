#pragma once
#include <stddef.h>
#include <stdint.h>

// Loops that need vector instructions chosen at run time. Matrices are row-major; `ld` is the
// distance between rows in elements. All sizes are in elements. Nothing here allocates.

/// Which terms and elements of a small product count.
typedef enum {
    STATELENS_WHOLE,
    /// a[i, k] is 0 for k > i.
    STATELENS_LOWER_FACTOR,
    /// a[i, k] is 0 for k < i.
    STATELENS_UPPER_FACTOR,
    /// Elements y[i, j] with j > i are not wanted and hold anything.
    STATELENS_LOWER_RESULT,
} statelens_triangle;

/// One implementation of every loop, compiled for one instruction set.
typedef struct {
    /// "portable", "avx2", "avx512" or "amx".
    const char *name;

    /// y = x / rms(x) * w per row, rms(x)^2 = mean(x^2) + eps; `inverse_rms` [rows] is
    /// written where not NULL. `x` and `y` may be the same.
    void (*rms_norm)(const float *x, const float *w, float *y, float *inverse_rms, size_t rows,
                     size_t columns, float eps);
    /// dx of rms_norm: inverse_rms * (w dy - x inverse_rms^2 mean(w dy x)).
    void (*rms_norm_backward)(const float *x, const float *w, const float *inverse_rms,
                              const float *dy, float *dx, size_t rows, size_t columns);
    /// y *= silu(z); `z` has rows of its own distance.
    void (*gate)(float *y, const float *z, size_t ld_z, size_t rows, size_t columns);
    /// y = rms_norm(x silu(z)), `groups` equal parts of a row normalized separately. `x` and `y`
    /// may be the same.
    void (*gated_rms_norm)(const float *x, const float *z, size_t ld_z, const float *w, float *y,
                           size_t rows, size_t columns, size_t groups, float eps);
    /// y[t, c] = silu(bias[c] + sum_j w[j, c] x[t - width + 1 + j, c]); rows before the first
    /// come from `history` [width - 1, columns]. `bias` may be NULL.
    void (*conv1d_silu)(const float *x, size_t ld_x, const float *history, const float *w,
                        const float *bias, float *y, size_t rows, size_t columns, size_t width);
    /// y = min(max(log(1 + exp(x + bias)), low), high) per row; `bias` may be NULL, `x` and `y`
    /// the same.
    void (*softplus)(const float *x, size_t ld_x, const float *bias, float low, float high,
                     float *y, size_t rows, size_t columns);

    /// One chunk of q positions of one head of the SSD scan takes the next four, with rows of `x`
    /// and of the state, which stands as S [d_state, head_dim], padded to `ld`: a multiple of
    /// this.
    size_t tile_columns;
    /// step = dt as a vector, log_decay[i] = c_i = sum over k <= i of dt_k a,
    /// from_start[i] = exp(c_i), to_end[j] = dt_j exp(c_q - c_j).
    void (*ssd_decays)(const float *dt, size_t ld_dt, float a, size_t q, float *step,
                       double *log_decay, float *from_start, float *to_end);
    /// m[i, j] = g[i, j] exp(c_i - c_j) dt_j, and d more on the diagonal, for j <= i, else 0.
    /// All rows and vectors are readable to `ld`, a multiple of `tile_columns`.
    void (*ssd_mask)(const float *g, const double *log_decay, const float *step, float d, float *m,
                     size_t ld, size_t q);
    /// y = from_start (c S) + m x, [q, head_dim]; `s` is NULL for a state of zeros.
    void (*ssd_outputs)(const float *c, size_t ld_c, const float *s, const float *from_start,
                        const float *m, size_t ld_m, const float *x, size_t ld, float *y,
                        size_t ld_y, size_t q, size_t head_dim, size_t d_state);
    /// S = decay S + b^T x.
    void (*ssd_carry)(float *s, float decay, const float *b, size_t ld_b, const float *x,
                      size_t ld, size_t q, size_t d_state);
    /// y = factor (a b) + beta y, [rows, columns], with `count` products a sum; `factor` [rows] may
    /// be NULL for ones, with beta 0 the old y is not read. Element (i, k) of a is at
    /// a[i row_step + k k_step], one of the steps being 1; rows of b are readable to a multiple of
    /// `tile_columns`. Nothing is packed: for factors that the nearest caches hold.
    void (*block_product)(const float *a, size_t row_step, size_t k_step, const float *b,
                          size_t ld_b, const float *factor, float beta, float *y, size_t ld_y,
                          size_t rows, size_t columns, size_t count, statelens_triangle triangle);
    /// One step of the SSM recurrence of one head: s = decay s + (dt x) b^T, y = s c + d x.
    void (*ssd_step)(float *s, const float *x, const float *b, const float *c, float decay,
                     float dt, float d, float *y, size_t head_dim, size_t d_state);
    /// Mamba-1 recurrence of one channel over `steps`: s[n] = exp(dt a[n]) s[n] + dt x b[n],
    /// y = s c + d x. `x`, `dt`, `y` are read and written at `ld_x`; `b`, `c` at `ld_bc`.
    void (*selective_scan)(float *s, const float *x, const float *dt, size_t ld_x, const float *b,
                           const float *c, size_t ld_bc, const float *a, float d, float *y,
                           size_t steps, size_t d_state);
    /// Online softmax over one block of logits, in place: with m' = max(m, max(row)),
    /// row = exp(row - m'), rescale = exp(m - m'), sum = sum rescale + sum(row), m = m'.
    void (*softmax_block)(float *logits, size_t ld, float *maximum, double *sum, float *rescale,
                          size_t rows, size_t columns);
    /// log sum over i of exp(x[i]), the sum in double.
    double (*log_sum_exp)(const float *x, size_t count);
    /// How many of x are above `high`; those from `low` to `high` are counted in `between`.
    size_t (*count_above)(const float *x, size_t count, float low, float high, size_t *between);
    /// Of the distributions q = exp(logits - log_partition), p (the model's) and e (an earlier one,
    /// which may be NULL): sums = {-sum q log q, sum p (log p - log q), sum e (log e - log q),
    /// sum (p (log p - log m) + q (log q - log m)) / 2 with m = (p + q) / 2, sum |p - q| / 2}.
    void (*compare_distributions)(const float *logits, double log_partition, const float *model,
                                  double model_partition, const float *earlier,
                                  double earlier_partition, size_t count, double sums[5]);
    /// y *= factor per row.
    void (*scale_rows)(float *y, const float *factor, size_t rows, size_t columns);
    /// sum of x[i] y[i], accumulated in double.
    double (*dot)(const float *x, const float *y, size_t count);
    /// y += alpha x.
    void (*axpy)(float alpha, const float *x, float *y, size_t count);
    /// y += alpha x; 1 if every sum is finite.
    int (*accumulate)(float alpha, const float *x, float *y, size_t count);
    /// y = x^T of x [rows, columns].
    void (*transpose)(const float *x, size_t ld_x, float *y, size_t ld_y, size_t rows,
                      size_t columns);
    /// y = alpha x w^T + beta y with `count` products a sum, x [rows, count], w [columns, count],
    /// without packing either: for a few rows of x. With beta 0 the old y is not read.
    void (*row_products)(const float *x, size_t ld_x, const float *w, size_t ld_w, float *y,
                         size_t ld_y, size_t rows, size_t columns, size_t count, float alpha,
                         float beta);
    /// SGD with Nesterov momentum as PyTorch's, dampening 0: g = scale g + decay w;
    /// v = momentum v + g; w -= rate (g + momentum v).
    void (*sgd_nesterov)(float *w, const float *g, float *v, size_t count, float scale, float decay,
                         float momentum, float rate);
    /// AMSGrad as PyTorch's Adam(amsgrad=True): g = scale g + decay w; m, v moments; h the
    /// running maximum of v; w -= rate m / (sqrt(h) / correction2 + eps).
    /// `rate` holds the first bias correction, `correction2` is sqrt(1 - beta2^t).
    void (*amsgrad)(float *w, const float *g, float *m, float *v, float *h, size_t count,
                    float scale, float decay, double beta1, double beta2, float rate,
                    float correction2, float eps);

    // Products on bfloat16 tiles; tiles.inc says what left, right and product tiles and panels are.

    /// Each x to the nearest bfloat16, in place.
    void (*round_bf16)(float *x, size_t count);
    /// One panel of up to 16 `lines` (of the left factor, or with `right` columns of the right
    /// one), zeros where x ends. Element k of a line is x[line * ld + k], or with `across`
    /// x[k * ld + line].
    void (*pack_panel)(const float *x, size_t ld, int across, int right, size_t lines,
                       size_t depth, uint16_t *panel);
    /// c = a b, or c += a b with `add`, for an even number of panels on both sides and `depth`
    /// tiles along the inner axis. `ld_a`, `ld_b`: from panel to panel. Product tile (i, j) is at
    /// c + i down + j across, its rows `ld_c` apart. The `ahead_bytes` from `ahead` on are asked
    /// for on the way, since the next call reads them.
    void (*tile_product)(const uint16_t *a, size_t ld_a, size_t panels_a, const uint16_t *b,
                         size_t ld_b, size_t panels_b, size_t depth, float *c, size_t ld_c,
                         size_t down, size_t across, int add, const void *ahead,
                         size_t ahead_bytes);
    /// Weights exp(logit - reference) of a block of logits and their sum. The reference of a row
    /// is its first maximum; where a logit is too far above it, the row gets a new one, and
    /// everything summed up before shrinks by the same factor: `sum`, `rescale` (which the caller
    /// applies to what it has summed) and the weights of the row's first `done` tiles.
    /// The weights go after those, as left tiles, `ld_weights` from panel to panel; they may be
    /// NULL.
    void (*softmax_tiles)(const float *logits, size_t ld, size_t rows, size_t columns,
                          float *reference, double *sum, float *rescale, uint16_t *weights,
                          size_t ld_weights, size_t done);
    /// y = factor c, or y += factor c with `add`, per row from product tiles at c + i down +
    /// j across; `factor` may be NULL.
    void (*unpack_tiles)(const float *c, size_t down, size_t across, const float *factor,
                         size_t rows, size_t columns, float *y, size_t ld, int add);
    /// 4 `steps` products of tiles without memory traffic, for measuring.
    void (*tile_limit)(size_t steps);

    // Gradients, in gradients.inc: `d` before a name is the gradient of the loss in it. Gradients
    // of parameters are added to what is there, all others overwrite.

    /// Of y = rms_norm(x): with r = 1 / rms(x), dx = r (w dy - x r^2 mean(w dy x)) and
    /// dw += sum over rows of dy x r.
    void (*rms_norm_gradient)(const float *x, const float *w, const float *dy, float *dx, float *dw,
                              size_t rows, size_t columns, float eps);
    /// Of gated_rms_norm: dy becomes dx; with g the gradient of x silu(z) as above,
    /// dx = g silu(z) and dz = g x silu'(z).
    void (*gated_rms_norm_gradient)(const float *x, const float *z, size_t ld_z, const float *w,
                                    float *dy, float *dz, size_t ld_dz, float *dw, size_t rows,
                                    size_t columns, size_t groups, float eps);
    /// Of gate: dz = dy y silu'(z), and dy becomes dy silu(z); `y` as before the gate.
    void (*gate_gradient)(const float *y, const float *z, size_t ld_z, float *dy, float *dz,
                          size_t ld_dz, size_t rows, size_t columns);
    /// Of selective_scan: s [steps + 1, d_state] holds the state before the first step and gets those
    /// after each, decay [steps, d_state] exp(dt a); g is the gradient in the last state and becomes
    /// that in the first. dx and ddt are written, db, dc (at `ld_dbc`) and da added to; the sum of dy x
    /// is returned.
    float (*selective_scan_gradient)(float *s, float *decay, float *g, const float *x,
                                     const float *dt, size_t ld_x, const float *b, const float *c,
                                     size_t ld_bc, const float *a, float d, const float *dy,
                                     float *dx, float *ddt, float *db, float *dc, size_t ld_dbc,
                                     float *da, size_t steps, size_t d_state);
    /// Of softplus with limits: dx = dy sigmoid(x + bias), 0 outside the limits, and the sum of
    /// dx over the rows in dbias.
    void (*softplus_gradient)(const float *x, size_t ld_x, const float *bias, float low, float high,
                              const float *dy, float *dx, size_t ld_dx, float *dbias, size_t rows,
                              size_t columns);
    /// Of conv1d_silu: dy becomes the gradient da of the sums before silu, whose products with the
    /// rows of x under each tap go to dw [width, columns]. `bias` and `dbias` may be NULL.
    void (*conv1d_silu_gradient)(const float *x, size_t ld_x, const float *history, const float *w,
                                 const float *bias, float *dy, float *dw, float *dbias, size_t rows,
                                 size_t columns, size_t width);
    /// dx[s] = sum_j w[j] da[s + width - 1 - j]; `following` rows of da beyond `rows` belong to
    /// the same sequence.
    void (*conv1d_adjoint)(const float *da, const float *w, float *dx, size_t ld_dx, size_t rows,
                           size_t following, size_t columns, size_t width);
    /// Of the mask m = (g L dt + d on the diagonal) with L[i, j] = exp(c_i - c_j) for j <= i, given
    /// dm: m itself, dg += dm L dt, dc += sum_j w[i, j] - sum_j w[j, i] with w = dm g L dt, and
    /// dstep[j] = sum_i dm g L. Matrices have rows of `ld`, a multiple of `tile_columns`, to which
    /// everything is readable.
    void (*ssd_mask_gradient)(const float *g, const double *log_decay, const float *step, float d,
                              const float *dm, float *m, float *dg, double *dc, float *dstep,
                              size_t ld, size_t q);
    /// along[i] = sum of wide[i] other[i] in double, y[i] += factor[i] wide[i], row by row.
    void (*ssd_join)(const float *wide, size_t ld, const float *other, size_t ld_other,
                     const float *factor, float *y, size_t ld_y, double *along, size_t rows,
                     size_t columns);
    /// AdamW as PyTorch's: g = scale g; m, v moments;
    /// w = keep w - rate m / (sqrt(v) / correction2 + eps). `rate` holds the first bias
    /// correction, `correction2` is sqrt(1 - beta2^t), `keep` is 1 - rate decay.
    void (*adamw)(float *w, const float *g, float *m, float *v, size_t count, float scale,
                  float keep, double beta1, double beta2, float rate, float correction2, float eps);
} statelens_kernels;

/// The loops for `path` ("portable", "avx2", "avx512", "amx"), or if NULL for the best this CPU
/// has.
/// NULL if the name is unknown or the CPU lacks the instructions.
const statelens_kernels *statelens_kernels_for(const char *path);
