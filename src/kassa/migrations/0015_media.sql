-- What a product's neighbours are found by: the same author, the same subject, in the order of their ids.
create index related_by_author on products ((attributes->>'author'), id) where status = 'active';
create index related_by_subject on products ((attributes->>'subject'), id) where status = 'active';
