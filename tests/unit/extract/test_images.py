"""The lead image: which of the declared addresses is the article's picture, and which is none."""

import pytest
from support.ids import case_id

from tasks.extract.fields.image import find_image
from tasks.extract.page import Page

HOST = "https://www.wend-gazette.example"
PHOTO = f"{HOST}/uploads/2024/05/ferry-at-the-pier.jpg"


def page(*, image=None, **metas):
    nodes = [{"@type": "NewsArticle", "is_article": True, "image": image}] if image else []
    named = {name.replace("__", ":"): [value] for name, value in metas.items()}
    return Page({"media_type": "text/html", "url": f"{HOST}/coast/ferry"}, [], {"metas": named, "nodes": nodes})


def address_of(found):
    return found.value if found else None


def test_the_grant_of_a_store_is_left_out_of_the_address_of_a_picture():
    assert address_of(find_image(page(og__image=f"{PHOTO}?X-Amz-Security-Token=T0ken&X-Amz-Date=1"))) == PHOTO


@pytest.mark.parametrize(
    "address",
    [
        f"{HOST}/images/logo.png",
        f"{HOST}/files/1/3/wend_logo_fb_1200x630.jpg",
        f"{HOST}/img/WendLogo.svg",
        f"{HOST}/img/shoplogo/wendlogo-bw-440.png",
        f"{HOST}/institutionlogo29539",
        f"{HOST}/uploads/2024/cropped-logo-1.jpg",
        f"{HOST}/img/wend-gazette-logo-white.png",
        f"{HOST}/thumbnail/big/720f92d5-2bc1-447e-8c5c/logo",
        f"{HOST}/images/grey-placeholder.png",
        f"{HOST}/img/social_placeholder.png",
        f"{HOST}/img/noImage.gif",
        f"{HOST}/images/no-img_460x320.jpg",
        f"{HOST}/img/default-image.jpg",
        f"{HOST}/img/sprite.png",
        f"{HOST}/img/1x1.gif",
        f"{HOST}/i/blank.jpg",
        f"{HOST}/favicons/apple-touch-icon@2.png",
        f"{HOST}/facebook.jpg",
        f"{HOST}/images/og-image.png",
        f"{HOST}/img/social-share.png",
        f"{HOST}/data/avatars/l/81/81656.jpg",
        f"{HOST}/uploads/2016/04/Ann-Pohl_avatar_1460042663.jpg",
        "https://secure.gravatar.com/blavatar/67b14216068c?s=200",
        f"{HOST}/wp-content/themes/wend/img/coast.jpg",
        f"{HOST}/wp-content/plugins/seo/user.png",
        "undefined",
        "null",
        f"{HOST}/",
    ],
    ids=case_id,
)
def test_a_picture_of_the_site_or_of_nothing_is_passed_over(address):
    assert find_image(page(og__image=address)) is None
    found = find_image(page(image=address, og__image=PHOTO))
    assert (found.value, found.origin) == (PHOTO, "og:image")


@pytest.mark.parametrize(
    "address",
    [
        PHOTO,
        f"{HOST}/news/61/51/63/default.jpg",
        f"{HOST}/v1/79588bde-a378-49fd-b4b4/1280x720/image.jpg",
        f"{HOST}/resources/r/?m=02&d=20161215&i=1165535950",
        f"{HOST}/v3/mm/image?url=https%3A%2F%2Fcdn.example%2Fhydrangea.jpg",
        f"{HOST}/?uuid=0ce01dba-e116-556d-9ac8&type=preview",
        f"{HOST}/uploads/Swimming_Cup_Logo_Harbour_Bay.jpeg",
        f"{HOST}/coast/card.jpg",
        f"{HOST}/uploads/2015/04/facebook.png",
        f"{HOST}/uploads/kjell_pixelio-de.jpg",
        f"{HOST}/uploads/logopaedie-praxis.jpg",
        f"{HOST}/uploads/virologo-rossi.jpg",
        f"{HOST}/media/5ec758f2-59e5-4d52-9a6a-bb2fb23e05cf",
    ],
    ids=case_id,
)
def test_a_picture_of_an_article_is_kept_whatever_its_address(address):
    assert address_of(find_image(page(og__image=address))) == address


@pytest.mark.parametrize(
    ("sizes", "shared", "chosen"),
    [
        (["7_v4_3_800.jpg", "7_v1_1_400.jpg", "7_v16_9_1200.jpg"], "7_v4_3_800.jpg", "7_v16_9_1200.jpg"),
        (["ferry.jpg", "bakery-1200.jpg"], None, "ferry.jpg"),
        (["aKYEH0.jpg", "bKZQER.jpg"], "bKZQER.jpg", "bKZQER.jpg"),
        (["ferry_w1200_r1.77.jpg", "ferry_w1200_r1.33.jpg"], None, "ferry_w1200_r1.77.jpg"),
    ],
    ids=case_id,
)
def test_of_several_crops_the_largest_is_chosen_else_the_shared_one(sizes, shared, chosen):
    metas = {"og__image": f"{HOST}/i/{shared}"} if shared else {}
    found = find_image(page(image=[f"{HOST}/i/{name}" for name in sizes], **metas))
    assert (found.value, found.origin) == (f"{HOST}/i/{chosen}", "json-ld:image")
