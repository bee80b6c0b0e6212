-- what waits to be sent to customers and colleagues does not go out from a copy
UPDATE mail_mail
   SET state = 'cancel'
  FROM mail_message
 WHERE mail_message.id = mail_mail.mail_message_id
   AND mail_message.model LIKE 'customer.complaint%'
   AND mail_mail.state IN ('outgoing', 'exception');
