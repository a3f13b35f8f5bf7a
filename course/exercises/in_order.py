"""The exercises of the course, in the order in which they are taught, with draws that have changed."""

from dataclasses import replace

from course.exercises import sampler1, sampler1_probes
from course.exercises.cnn.conv_by_hand import conv_by_hand
from course.exercises.cnn.dense_vs_conv import dense_vs_conv
from course.exercises.cnn.feature_maps import feature_maps
from course.exercises.cnn.functions.implement_conv import implement_conv
from course.exercises.cnn.functions.implement_geometry import implement_geometry
from course.exercises.cnn.functions.implement_pool import implement_pool
from course.exercises.cnn.functions.implement_softmax_ce import implement_softmax_ce
from course.exercises.cnn.functions.implement_split_merge import implement_split_merge
from course.exercises.cnn.inception import inception
from course.exercises.cnn.lenet_count import lenet_count
from course.exercises.cnn.output_size import output_size
from course.exercises.cnn.receptive_field import receptive_field
from course.exercises.cnn.softmax_ce import softmax_ce
from course.exercises.cnn.softmax_ce_gradient import softmax_ce_gradient
from course.exercises.cnn.split_transform_merge import split_transform_merge
from course.exercises.cnn.two_channel import two_channel
from course.exercises.cnn.weight_count import weight_count
from course.exercises.mlp.backprop import backprop
from course.exercises.mlp.closed_formula import closed_formula
from course.exercises.mlp.layer_gradients import layer_gradients
from course.exercises.mlp.relu_backprop import relu_backprop
from course.exercises.mlp.relu_backprop_working import relu_backprop_working
from course.exercises.mlp.relu_sgd import relu_sgd
from course.exercises.mlp.relu_sgd_chain import relu_sgd_chain
from course.exercises.mlp.sigmoid_ce import sigmoid_ce
from course.exercises.mlp.sigmoid_ce_local_error import sigmoid_ce_local_error
from course.exercises.mlp.sigmoid_ls import sigmoid_ls
from course.exercises.mlp.sigmoid_ls_chain import sigmoid_ls_chain
from course.exercises.mlp.vanishing import vanishing
from course.exercises.mlp.why_backprop import why_backprop
from course.exercises.momentum.implement import implement
from course.exercises.momentum.two_forms import two_forms
from course.exercises.momentum.two_forms_proof import two_forms_proof
from course.exercises.regularization.elastic_net import elastic_net
from course.exercises.regularization.implement_p_norm import implement_p_norm
from course.exercises.regularization.p_norm import p_norm
from course.exercises.regularization.p_norm_derivation import p_norm_derivation
from course.exercises.regularization.weight_decay import weight_decay
from course.exercises.training.capstone import capstone

_IN_ORDER = (
    relu_sgd,
    relu_sgd_chain,
    closed_formula,
    sigmoid_ls,
    sigmoid_ls_chain,
    sigmoid_ce,
    sigmoid_ce_local_error,
    relu_backprop,
    relu_backprop_working,
    why_backprop,
    layer_gradients,
    backprop,
    vanishing,
    feature_maps,
    weight_count,
    output_size,
    dense_vs_conv,
    conv_by_hand,
    two_channel,
    softmax_ce,
    softmax_ce_gradient,
    lenet_count,
    receptive_field,
    inception,
    split_transform_merge,
    implement_conv,
    implement_pool,
    implement_split_merge,
    implement_softmax_ce,
    implement_geometry,
    p_norm,
    p_norm_derivation,
    weight_decay,
    elastic_net,
    implement_p_norm,
    two_forms,
    two_forms_proof,
    implement,
    capstone,
)

TAUGHT = tuple(
    replace(
        exercise,
        former_draw=sampler1.DRAWS.get(exercise.id),
        former_probe=sampler1_probes.PROBES.get(exercise.id),
    )
    for exercise in _IN_ORDER
)
