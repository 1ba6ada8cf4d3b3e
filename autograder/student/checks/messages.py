"""Every text that a check of arrays, trainings, features or results can show, keyed by cause.

Plain text, written to a beginner: the first line says what was expected and what was found, the
next ones why that is likely to have happened and what to try. Texts about the layers of a network
are in `autograder.models.messages`.
"""

from autograder.student.outcome import CheckFailed, Share

MESSAGES: dict[str, str] = {
    # any array
    "not_an_array": (
        "{name} should be an array of numbers; {detail}.\n"
        "Try: print(type(...)) of the variable, to see what it holds."
    ),
    "rows_and_columns_swapped": (
        "{name} should have the shape {expected}; yours has {got}: rows and columns are swapped.\n"
        "One row belongs to one image. Try: .T at the end exchanges the two."
    ),
    "wrong_shape": "{name} should have the shape {expected}; yours has {got}.\n{detail}",
    "rows_shuffled": (
        "{name}: the rows are right, but in another order than the images.\n"
        "Row i must belong to image i. Try: leave out whatever sorts or shuffles."
    ),
    "another_split": (
        "{name} belongs to another split of the data.\n"
        "Training, validation and test keep to themselves. Try: check which variable you used."
    ),
    # one-hot labels
    "labels_not_one_hot": (
        "{name} still holds one number an image (shape {got}); expected {expected}.\n"
        "One-hot means a row of {classes} numbers for each image: 1 at the position of its label, "
        "0 elsewhere. Try: keras.utils.to_categorical."
    ),
    "one_hot_shifted": (
        "{name}: all ones stand one place too far to the {side}.\n"
        "The people are counted from 0, so that label 0 has its one in the first place. "
        "Try: encode the labels as they are, without adding or taking away 1."
    ),
    "one_hot_inverted": (
        "{name} has zeros and ones exchanged: the label's place should hold the 1.\n"
        "Try: 1 where the position is the label, 0 everywhere else."
    ),
    "one_hot_wrong": (
        "{name}: image {row} has label {label}, so its row should be {expected}; yours is {got}.\n"
        "Try: encode the labels of this very split, once, and change no values afterwards."
    ),
    # flattened and standardised images
    "flattened_too_far": (
        "{name} should have the shape {expected}; yours is one long row of {got} numbers.\n"
        "The images ran together. Try: keep the number of images as the first side, "
        "images.reshape(len(images), -1)."
    ),
    "not_flattened": (
        "{name} still has the shape of images, {got}; expected {expected}.\n"
        "A Dense layer wants one row an image. Try: images.reshape(len(images), -1)."
    ),
    "axes_exchanged": (
        "{name} has the right shape, but the pixels of an image stand in another order.\n"
        "The axes were exchanged first. Try: reshape alone, without transpose or order=."
    ),
    "raw_pixels": (
        "{name} holds pixels {detail} that are not standardised.\n"
        "Try: flatten the standardised images, not the ones that were loaded."
    ),
    "values_changed": (
        "{name} has the right shape, but other numbers than the images.\n"
        "Try: reshape the standardised images of the same split, and change no values."
    ),
    "test_statistics": (
        "{name} was standardised with mean and standard deviation of its own images.\n"
        "Only training images may be measured: the network must meet new images prepared as those "
        "it learned from. Try: work out both numbers once, from the training images."
    ),
    "statistics_of_everything": (
        "{name} was standardised with mean and standard deviation of all images together.\n"
        "So the training would know something of the test images. Try: measure the training "
        "images alone."
    ),
    "one_mean_for_all": (
        "{name} was standardised with one mean and one standard deviation for all pixels.\n"
        "Here each pixel has its own. Try: .mean(axis=0) and .std(axis=0)."
    ),
    "not_centred": (
        "{name} was divided by the standard deviation, but the mean was not taken away.\n"
        "Try: (x - mean) / (std + 1e-4), with the brackets."
    ),
    "not_scaled": (
        "{name} had the mean taken away, but was not divided by the standard deviation.\n"
        "Try: (x - mean) / (std + 1e-4)."
    ),
    "variance_for_deviation": (
        "{name} was divided by the variance, which is the square of the standard deviation.\n"
        "Try: .std(axis=0)."
    ),
    "no_epsilon": (
        "{name} holds values that are not finite, or far too large.\n"
        "A pixel that never changes has the standard deviation 0. Try: add 1e-4 to the standard "
        "deviation before you divide."
    ),
    "not_standardized": (
        "{name} still holds the pixels as they came.\n"
        "Try: return the new arrays; (x - mean) / (std + 1e-4) makes them."
    ),
    "standardized_wrongly": (
        "{name} should have the mean {expected}; yours has {got}, and other numbers.\n"
        "Try: (x - mean) / (std + 1e-4), with mean and standard deviation of each pixel over the "
        "training images."
    ),
    # how a network was trained
    "no_history": (
        "history_{network} should be what model_{network}.fit(...) returns; yours is {got}.\n"
        "Try: history_{network} = model_{network}.fit(...)."
    ),
    "not_compiled": (
        "model_{network} has no loss yet.\nTry: call model_{network}.compile(...) before fit."
    ),
    "history_of_another_network": (
        "history_{network} comes from another network.\n"
        "Try: keep what model_{network}.fit(...) returns."
    ),
    "sparse_loss": (
        "model_{network} should be compiled with the loss {expected}; yours has {got}.\n"
        "The sparse variant is for plain labels 0 to 7; here the labels are one-hot. "
        'Try: loss="{expected}".'
    ),
    "binary_loss": (
        "model_{network} should be compiled with the loss {expected}; yours has {got}.\n"
        "Binary cross-entropy asks each class alone yes or no; here exactly one of the classes is "
        'right. Try: loss="{expected}".'
    ),
    "wrong_loss": (
        "model_{network} should be compiled with the loss {expected}; yours has {got}.\n"
        "That one is made for other tasks than telling classes apart. "
        'Try: loss="{expected}".'
    ),
    "classes_loss": (
        "model_{network} should be compiled with the loss {expected}; yours has {got}.\n"
        "That one chooses one class of several, one output each; here a single output answers yes "
        'or no. Try: loss="{expected}".'
    ),
    "logits_twice": (
        "model_{network} ends with {activation}, and its loss was given from_logits=True.\n"
        "The loss then applies {activation} a second time, and the network hardly learns. "
        'Try: loss="{expected}", without from_logits.'
    ),
    "recompile_forgotten": (
        "model_{network} was trained on after `trainable` had been changed, and not compiled "
        "again.\n"
        "Which weights learn is settled when a model is compiled and first trained: yours learned "
        "{got} of {expected} arrays. Try: call compile(...) after each change of trainable, "
        "then fit."
    ),
    "wrong_optimizer": (
        "model_{network} should be compiled with the optimizer {expected}; yours has {got}.\n"
        "Try: optimizer=exercise.optimizer(), which is the same for everybody."
    ),
    "wrong_learning_rate": (
        "model_{network} should learn with the rate {expected}; yours has {got}.\n"
        'A name alone, such as optimizer="adam", stands for Keras\' usual rate. '
        "Try: optimizer=exercise.optimizer()."
    ),
    "no_accuracy": (
        "The history of network {network} has no “accuracy”.\n"
        'Try: compile with metrics=["accuracy"], then fit again.'
    ),
    "no_validation": (
        "The history of network {network} has no “val_accuracy”.\n"
        "Try: give fit validation_data=(images, one-hot labels) of the validation set."
    ),
    "too_few_epochs": (
        "Network {network} was trained for {got} epochs; the exercise asks for {expected}.\n"
        "Try: give fit epochs=EPOCHS, and let it run to its end."
    ),
    "too_many_epochs": (
        "Network {network} was trained for {got} epochs; the exercise asks for {expected}.\n"
        "Results can only be compared after equal training. Try: make the network anew, and give "
        "fit epochs=EPOCHS."
    ),
    "trained_on_few_images": (
        "Network {network} saw about {got} images in each epoch; the training set has {expected}.\n"
        "That is the size of the validation and test sets: a network that has seen the test "
        "images can't be tested with them any more. Try: make the network anew and give fit the "
        "training images."
    ),
    "wrong_batch_size": (
        "Network {network} took {got} steps in each epoch; with {images} training images in "
        "batches of {batch} there are {expected}.\n"
        "Try: give fit batch_size=BATCH_SIZE and all training images."
    ),
    # accuracies, reached and reported
    "accuracy_not_finite": (
        "The network's outputs are no numbers any more (nan).\n"
        "Its weights became too large in training, mostly because of raw pixels or too large a "
        "learning rate. Try: make it anew, and train it on the prepared images with "
        "exercise.optimizer()."
    ),
    "cannot_predict": (
        "The network cannot predict the test images ({detail}).\n"
        "Try: its input should have the shape {expected}."
    ),
    "trained_on_other_inputs": (
        "Expected an accuracy of about {expected} or more, got {got}; on {detail} it would be "
        "{other}.\n"
        "So the network seems to have been trained on {detail}. Try: train it anew, on the arrays "
        "that the notebook prepared."
    ),
    "trained_on_shifted_labels": (
        "Expected an accuracy of about {expected} or more, got {got}: nearly every answer is "
        "{detail} too {side}.\n"
        "The labels that it learned from were counted from another number. Try: encode the "
        "labels 0 to {last} as they are, and train anew."
    ),
    "trained_on_renamed_labels": (
        "Expected an accuracy of about {expected} or more, got {got}: the network tells the "
        "classes apart, but gives them each other's numbers.\n"
        "Try: train it anew with the one-hot labels of the training set, unchanged."
    ),
    "no_better_than_guessing": (
        "Expected an accuracy of about {expected} or more, got {got}; guessing gives {chance}.\n"
        "Either the network was not trained, or the labels did not belong to the images: "
        "shuffled, or of another split. Try: run the cells from the network on, and check the "
        "first two arguments of fit."
    ),
    "accuracy_too_low": (
        "Expected an accuracy of about {expected} or more, got {got}.\n"
        "Was the network trained for all epochs, on the prepared images, with the course's loss "
        "and optimizer? Try: run the cells from the network on once more, in order."
    ),
    "network_open": "Network {network} is still open, so it has no accuracies yet.",
    "not_a_dictionary": (
        "{name} should be a dictionary; yours is {got}.\n"
        "Try: curly brackets with a name before each value, as the text above the gap shows."
    ),
    "no_row": "{name} should be a dictionary with the keys {expected}.",
    "no_entry": '{name} has no entry "{key}" yet.',
    "not_a_number": "{name} should be a number between 0 and 1.",
    "per_cent": (
        "{name} is in per cent ({got}); give a share between 0 and 1.\nTry: do not multiply by 100."
    ),
    "loss_for_accuracy": (
        "{name} is {got}: that is the loss. The accuracy of {model} there is {expected}.\n"
        "evaluate returns loss and accuracy, in this order. Try: take the second, [1]."
    ),
    "accuracy_of_another_split": (
        "{name} is {got}: that is the accuracy on the {other} images. Expected {expected}.\n"
        "Try: check which images and labels evaluate was given."
    ),
    "accuracy_of_another_network": (
        "{name} is {got}: that is what {other} reaches. {model} reaches {expected}.\n"
        "Try: check which model you asked."
    ),
    "error_rate": (
        "{name} is {got}: that is the share of wrong answers. Expected the share of right ones, "
        "{expected}.\nTry: 1 minus your number."
    ),
    "accuracy_differs": (
        "{name} is {got}, but {model} reaches {expected} there.\n"
        "Try: evaluate again after the last fit; take the second number that it returns, and the "
        "images of that split."
    ),
    "several_numbers": (
        "The accuracy should be one number; yours has the shape {got}.\n"
        "Try: the mean of all comparisons, np.mean(predicted == true)."
    ),
    "count_for_share": (
        "{name} is {got}: that is how many images are right. Expected a share, {expected}.\n"
        "Try: divide by the number of images."
    ),
    "share_differs": (
        "Your predicted labels agree with the true ones on a share of {expected}; your accuracy is "
        "{got}.\nTry: count the agreements and divide by the number of images."
    ),
    # predictions
    "labels_for_probabilities": (
        "Your probabilities should have the shape {expected}; yours has {got}: one number an "
        "image.\nThe label of the likeliest person is the next task. Try: keep all that predict "
        "returns."
    ),
    "probabilities_rounded": (
        "Your probabilities are only zeros and ones; your model gives {expected} for the first "
        "image.\nTry: keep all that predict returns, as it is."
    ),
    "probabilities_in_per_cent": (
        "Your probabilities are in per cent: rows should add up to 1, yours add up to {got}.\n"
        "Try: keep what predict returns, as it is."
    ),
    "softmax_applied_again": (
        "Your probabilities went through softmax a second time.\n"
        "The network ends with softmax, so that its outputs are probabilities already. "
        "Try: keep what predict returns, as it is."
    ),
    "probabilities_differ": (
        "Your probabilities have the right shape, but they are not what your model predicts for "
        "the test images.\n"
        "Another split, images that were not prepared, or another model would give that. "
        "Try: predict the prepared test images with the model that the task names."
    ),
    "argmax_forgotten": (
        "Your predicted labels should have the shape {expected}; yours has {got}: these are still "
        "probabilities.\n"
        "A label is the position of the largest one in a row. Try: argmax with axis=1."
    ),
    "argmax_of_columns": (
        "Your predicted labels should have the shape {expected}; yours has {got}: one number a "
        "person, not one an image.\nTry: argmax with axis=1, which looks along each row."
    ),
    "max_for_argmax": (
        "Your predicted labels should be whole numbers; yours are the largest probabilities.\n"
        "Not how large, but where it stands is wanted. Try: argmax instead of max."
    ),
    "smallest_for_largest": (
        "Your predicted labels are the least likely people.\n"
        "Try: the position of the largest probability, not of the smallest."
    ),
    "labels_from_one": (
        "Image {image}: the largest of your probabilities is at position {expected}, but your "
        "label is {got}; all of your labels are off by the same number.\n"
        "Positions and people are counted from 0. Try: keep what argmax returns."
    ),
    "labels_differ": (
        "Image {image}: the largest of your probabilities is at position {expected}, but your "
        "label is {got}.\nTry: argmax with axis=1 on the probabilities of the task before."
    ),
    # confusion matrices
    "matrix_transposed": (
        "Rows and columns are swapped: a row is a true person, a column a predicted one. "
        "Half of the points."
    ),
    "matrix_normalised": (
        "Your confusion matrix holds shares: its entries add up to {got}. Expected are counts "
        "that add up to {expected}.\nTry: count only, and don't divide; with scikit-learn, leave "
        "normalize= out."
    ),
    "matrix_of_truth": (
        "Your confusion matrix has no entry off its diagonal, but your network makes mistakes.\n"
        "It looks as if true labels had been compared with themselves. Try: true labels for the "
        "rows, predicted ones for the columns."
    ),
    "matrix_of_others": (
        "The entries of your confusion matrix add up to {got}; every one of the {expected} test "
        "images should be counted once.\nTry: labels and predictions of the test set, each image "
        "once, starting from zeros."
    ),
    "matrix_differs": (
        "Row {row} of your confusion matrix should be {expected} for your own network's "
        "predictions; yours is {got}.\nTry: count image by image: row = true label, column = "
        "predicted label."
    ),
    # positions of images
    "true_and_false": (
        "“{name}” holds True and False; the positions of the images are wanted.\n"
        "Try: np.flatnonzero turns the one into the other."
    ),
    "right_for_wrong": (
        "“right” and “wrong” are exchanged: “{name}” should hold the positions where your "
        "predicted label and the true label {detail}.\nTry: exchange == and !=."
    ),
    "number_for_positions": (
        "“{name}” holds one number, {got}: how many images there are. Their {expected} positions "
        "are wanted.\nTry: np.flatnonzero of the comparison."
    ),
    "positions_differ": (
        "“{name}” should hold the {expected} positions where your predicted label and the true "
        "label {detail}; yours holds {got}.\nTry: np.flatnonzero of the comparison of the two."
    ),
    "not_positions": (
        "worst should hold positions of test images, 0 to {expected}; yours holds {got}.\n"
        "Try: np.argsort returns positions; np.sort returns the values."
    ),
    "position_twice": "worst names an image twice.\nTry: sort once, over all test images.",
    "worst_in_another_order": (
        "The right images, but not the worst one first. Half of the points."
    ),
    "best_for_worst": (
        "These are the images with the largest probability of the true person.\n"
        "Try: sort from small to large, and take the first ones."
    ),
    "least_sure_for_worst": (
        "These are the images where the largest probability is smallest: there the network is "
        "unsure, but not always wrong.\n"
        "Try: in each row, take the entry of the true label instead of the largest one."
    ),
    "worst_differs": (
        "These are not the images with the smallest probability of the true person: the smallest "
        "is {expected}; your first image has {got}.\n"
        "Try: take, in each row of your probabilities, the entry of the true label; then sort "
        "from small to large."
    ),
    # learning curves
    "network_untrained": "Network {network} has not been trained yet.",
    "curve_of_another_key": (
        '{name} should be history["{expected}"]; yours is history["{got}"].\n'
        "Names with val_ belong to the validation set. Try: the other key."
    ),
    "curve_of_another_network": (
        '{name} is the curve of "{got}".\nTry: the history of the network that the entry names.'
    ),
    "curve_is_history": (
        '{name} should be the {count} numbers of history["{expected}"]; yours is {got}.\n'
        'What fit returns holds a dictionary. Try: history.history["{expected}"].'
    ),
    "curve_differs": (
        '{name} should be the {count} numbers of history["{expected}"], one an epoch; yours has '
        "the shape {got}.\nTry: take the whole list out of the history, and change nothing."
    ),
    # what goes into a pretrained network, and what comes out
    "no_preprocess_input": (
        "Your prepared images are the resized pixels, 0 to 255, without preprocess_input.\n"
        "VGG16 was trained on pixels from which the mean colour was taken. "
        "Try: apply preprocess_input after resizing."
    ),
    "divided_instead": (
        "Your prepared images lie between 0 and 1.\n"
        "Dividing by 255 is right for networks that were trained so; VGG16 was trained on "
        "preprocess_input alone. Try: leave the division out and apply preprocess_input."
    ),
    "divided_before": (
        "preprocess_input was given pixels that had already been divided by 255.\n"
        "It expects 0 to 255. Try: leave the division out."
    ),
    "divided_after": (
        "Something was divided by 255 after preprocess_input.\n"
        "Nothing comes after it. Try: leave the division out."
    ),
    "preprocessed_twice": (
        "preprocess_input was applied twice.\n"
        "It may also change an array of floats in place. Try: call it once, on a copy."
    ),
    "colours_in_order": (
        "The colours are in the order red, green, blue, and the mean colour of VGG16 was taken "
        "away in another order.\nTry: let preprocess_input do both."
    ),
    "scaled_to_one": (
        "Your prepared images lie between -1 and 1.\n"
        "That is the preparation of other networks, such as MobileNet. "
        "Try: preprocess_input of keras.applications.vgg16."
    ),
    "standardized_instead": (
        "Your prepared images have the mean 0 and the standard deviation 1.\n"
        "So they suit networks of your own, not VGG16. Try: preprocess_input alone."
    ),
    "preprocessing_differs": (
        "Your prepared images have the right shape, but the numbers are not right: expected a mean "
        "of {expected}; yours is {got}.\n"
        "Try: resize the pictures (0 to 255) to 224 x 224 and give the result to "
        "keras.applications.vgg16.preprocess_input; nothing before, nothing after."
    ),
    "weights_not_kept": (
        "The layers are right, but the features are not those of the pretrained network.\n"
        "A new Dense layer starts with random weights. Try: give it the weights of fc1, with "
        "layer.set_weights(vgg.get_layer('fc1').get_weights())."
    ),
    "features_after_relu": (
        "{name} have no negative numbers: a ReLU was applied to them.\n"
        "Here the features are wanted before it. Try: keep what your feature model predicts."
    ),
    "features_normalised": (
        "{name} were rescaled after your feature model had predicted them.\n"
        "Nothing comes after the prediction here. Try: keep the features as they are."
    ),
    "features_unprepared": (
        "{name} are what your model gives for pictures that did not go through your "
        "preprocessing.\nTry: feature_model.predict(prepare(pictures))."
    ),
    "features_differ": (
        "{name} have the right shape, but they are not what your own feature model gives for "
        "these pictures.\n"
        "Try: prepare every batch, predict it with your feature model, and change nothing after."
    ),
    # a pretrained network that is used again
    "features_not_flattened": (
        "{name} should be rows of numbers, shape {expected}; yours are feature maps, {got}.\n"
        "A Dense layer wants one row a picture. Try: .reshape(len(images), -1) at the end."
    ),
    "features_of_base_differ": (
        "{name} have the right shape, but they are not what the pretrained network gives for these "
        "pictures.\nTry: base.predict of the pictures as they come (they are prepared already), "
        "and nothing but reshape after it."
    ),
    "counted_after_freezing": (
        "{name} should be {expected}; yours is {got}, which is the number after freezing.\n"
        "Try: count once before base.trainable = False, and once after it."
    ),
    "parameters_for_arrays": (
        "{name} should be {expected}; yours is {got}: those are the single numbers.\n"
        "Here the arrays that hold them are counted, two a layer. "
        "Try: len(model.trainable_weights)."
    ),
    "arrays_differ": (
        "{name} should be {expected}; yours is {got}.\n"
        "Try: len(model.trainable_weights), and look at trainable of every layer."
    ),
    "not_seconds": "{name} should be a number of seconds, more than 0; yours is {got}.",
    "all_parameters_counted": (
        "{name} should be {expected}; yours is {got}: those are all parameters of {model}, the "
        "frozen ones included.\nTry: add up the sizes of model.trainable_weights alone."
    ),
    "arrays_for_parameters": (
        "{name} should be {expected}; yours is {got}: that is the number of arrays.\n"
        "Try: add up how many numbers each of model.trainable_weights holds."
    ),
    "parameters_differ": (
        "{name} is {got}, but {model} has {expected} parameters that learn.\n"
        "Try: add up how many numbers each of model.trainable_weights holds."
    ),
    "last_layer_not_copied": (
        "model_b and model_last predict different things: the last layer of model_b does not have "
        "the trained weights.\n"
        "Try: set_weights of model_b's last layer with weights, with what get_weights of the Dense "
        "layer of model_last returns."
    ),
    "pretrained_part_changed": (
        "The last layer of model_b has the trained weights, and yet model_b and model_last predict "
        "different things: what comes before it is not the pretrained network.\n"
        "Try: build vgg, base and model_b again, freeze base, and copy the weights of the last "
        "layer alone."
    ),
    # image files
    "not_image_and_array": (
        "Your function should return two things, the image and its array; it returned {got}.\n"
        "Try: return image, array at its end."
    ),
    "image_for_array": (
        "{name}: the second thing should be an array of numbers; yours is an image.\n"
        "Try: keras.utils.img_to_array(image), and return image, array in this order."
    ),
    "array_for_image": (
        "{name}: the first thing should be an image; yours is {got}.\n"
        "Try: what keras.utils.load_img returns is one. Return image, array in this order."
    ),
    "height_and_width_swapped": (
        "{name}: the array should have the shape {expected}; yours has {got}: height and width are "
        "exchanged.\nThe size is given as (height, width), as for arrays; Pillow's resize wants "
        "(width, height). Try: keras.utils.load_img(path, target_size=size)."
    ),
    "not_three_colours": (
        "{name}: the array should have the shape {expected}; yours has {got}.\n"
        "The file holds a picture of another kind ({mode}), and the network wants three colours. "
        'Try: keras.utils.load_img makes them of any picture, Pillow does with .convert("RGB").'
    ),
    "picture_in_a_batch": (
        "{name}: the array should have the shape {expected}; yours has {got}.\n"
        "This function reads one picture. Try: leave the side of 1 out; a batch is made later."
    ),
    "picture_shape": (
        "{name}: the array should have the shape {expected}; yours has {got}.\n"
        "Files hold pictures of any size. Try: keras.utils.load_img(path, target_size=size)."
    ),
    "image_not_resized": (
        "{name}: the image should have the size {expected}; yours has {got}.\n"
        "Try: resize it while it is read, load_img(path, target_size=size), and make the array "
        "out of that."
    ),
    "picture_scaled": (
        "{name}: the numbers should go from 0 to 255; yours were divided by 255.\n"
        "Both networks want pixels as they are and scale them in their own way. Try: no division."
    ),
    "colours_exchanged": (
        "{name}: red and blue are exchanged.\n"
        "This function reads red, green, blue, in this order; preprocess_input exchanges them "
        "later. Try: keras.utils.load_img, and nothing after it."
    ),
    "picture_upside_down": "{name}: the picture is upside down.\nTry: change no rows afterwards.",
    "picture_on_its_side": (
        "{name}: rows and columns are exchanged.\nTry: keep the array as img_to_array makes it."
    ),
    "picture_differs": (
        "{name}: the array does not show what the file shows.\n"
        "Try: read it with keras.utils.load_img(path, target_size=size), then img_to_array, and "
        "change no numbers."
    ),
    # a split
    "not_three_parts": (
        "Your function should return three arrays of positions, training, validation and test; it "
        "returned {got}.\nTry: return train, validation, test."
    ),
    "no_positions_to_split": (
        "Your parts should hold positions of pictures, 0 to {expected}; yours hold {got}.\n"
        "Try: deal out what np.random.default_rng(0).permutation(count) returns."
    ),
    "dealt_twice": (
        "A part names a picture twice.\n"
        "Try: permutation(count) has each position once; choice and integers may repeat them."
    ),
    "parts_overlap": (
        "{count} pictures are in the {first} part and in the {second} part.\n"
        "What a network has seen says nothing about new pictures. Try: one shuffled array of all "
        "positions, cut in two places."
    ),
    "pictures_left_out": (
        "The three parts have {sizes} pictures, {got} of {expected}: some are in no part.\n"
        "Try: let each part begin where the one before it ends."
    ),
    "sizes_of_parts": (
        "The parts should have {expected} pictures; yours have {got}.\n"
        "Training is 70 %, validation and test 15 % each. Try: cut at int(0.7 * count) and at "
        "int(0.85 * count)."
    ),
    "not_shuffled": (
        "One of the parts is a row of neighbours: the pictures were not shuffled.\n"
        "Pictures of one category lie in one folder, one after the other, so that whole categories "
        "would be missing from the training. Try: np.random.default_rng(0).permutation(count)."
    ),
    # the most likely categories
    "not_pairs": (
        "Your function should return a list of pairs, such as [{expected}, ...].\n"
        "Try: (names[position], float(probabilities[position])) for each position."
    ),
    "positions_for_names": (
        "The first pair should be {expected}; yours begins with {got}, which is no name.\n"
        "Try: names[position]."
    ),
    "how_many_likeliest": (
        "{expected} categories are wanted; yours are {got}.\n"
        "Try: keep the first count positions of the sorted ones."
    ),
    "least_likely_first": (
        "These are the right categories, but the least likely of them comes first.\n"
        "np.argsort goes from small to large. Try: [::-1] turns the order round."
    ),
    "least_likely": (
        "These are the categories with the smallest probabilities.\n"
        "np.argsort goes from small to large. Try: [::-1] before you take the first ones."
    ),
    "other_categories": (
        "The most likely category is {expected}; yours begins with {got}.\n"
        "Try: np.argsort(probabilities)[::-1][:count] gives the positions, names[position] each "
        "name."
    ),
    "probabilities_of_others": (
        "{name} has the probability {expected}; yours is {got}.\n"
        "Name and probability must come from the same position. Try: probabilities[position]."
    ),
}


def text(cause: str, **fields: object) -> str:
    """Fill the text of a cause.

    Raises
    ------
    KeyError
        If there is no such cause, or a field that its text uses is missing.
    """
    return MESSAGES[cause].format_map({name: str(value) for name, value in fields.items()})


def failed(cause: str, **fields: object) -> CheckFailed:
    """Return the exception with the text of a cause, to be raised."""
    return CheckFailed(text(cause, **fields), cause)


def partly(fraction: float, cause: str, **fields: object) -> Share:
    """Return a share that is not the whole, with the text that says why."""
    return Share.of(fraction, [text(cause, **fields)], [cause])
